# What GitLab would make of a JUnit file: its parser derives from ActiveSupport's XMLConverter, which casts
# by the `type` attribute and shows the body. Prints a line a case: STATUS CLASSNAME NAME BODY-BYTES.
require 'active_support'
require 'active_support/core_ext/hash/conversions'
require 'active_support/xml_mini/nokogiri'

ActiveSupport::XmlMini.backend = 'Nokogiri'
root = Hash.from_xml(File.read(ARGV[0]))
as_list = ->(x) { x.is_a?(Array) ? x : [x].compact }
as_list.call(root.dig('testsuites', 'testsuite')).each do |suite|
  as_list.call(suite['testcase']).each do |c|
    status = %w[failure error skipped].find { |k| c.key?(k) }
    body = status && c[status]
    abort "#{c['name']}: the body is a #{body.class}" unless body.nil? || body.is_a?(String)
    abort "#{c['name']}: no body" if status && (body.nil? || body.strip.empty?)
    puts [status || 'passed', c['classname'], c['name'], body.to_s.bytesize].join(' ')
  end
end
