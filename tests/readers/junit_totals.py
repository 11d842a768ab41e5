"""What python3-junitparser counts in a JUnit file: tests failures errors skipped, and what the file says of itself."""
import sys

from junitparser import Error, Failure, JUnitXml, Skipped

tests = failures = errors = skipped = 0
said = [0, 0, 0, 0]
for suite in JUnitXml.fromfile(sys.argv[1]):
    said = [a + b for a, b in zip(said, (suite.tests, suite.failures, suite.errors, suite.skipped))]
    for case in suite:
        tests += 1
        kinds = [type(r) for r in case.result]
        assert len(kinds) <= 1, f"{case.name} has {len(kinds)} outcomes"
        failures += Failure in kinds
        errors += Error in kinds
        skipped += Skipped in kinds
assert said == [tests, failures, errors, skipped], (said, [tests, failures, errors, skipped])
print(tests, failures, errors, skipped)
