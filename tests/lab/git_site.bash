# git_site - a small real Git site on loopback: repositories, nginx with git-http-backend, OpenSSH.
#
# Sourced by tests after helpers.bash. Needs $T (a folder) and start/wait_for/free_port. Everything it
# makes lies in $GIT_SITE; keys and certificates are made here, never shipped.

# git_site_available: whether the servers are installed; says what is missing.
git_site_available() {
	local missing=

	command -v git >/dev/null || missing+=" git"
	[ -x /usr/sbin/nginx ] || missing+=" nginx-light"
	command -v fcgiwrap >/dev/null || missing+=" fcgiwrap"
	[ -x /usr/sbin/sshd ] || missing+=" openssh-server"
	[ -z "$missing" ] || {
		echo "not installed:$missing"
		return 1
	}
}

# git_site_repositories: small.git (main, feature/x, tag v1), empty.git, master.git and backup.git (one commit behind).
git_site_repositories() {
	local work=$GIT_SITE/work
	local -x GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=$GIT_SITE
	local -x GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@localhost
	local -x GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@localhost

	mkdir -p "$GIT_SITE/repositories"
	git init -q -b main "$work"
	mkdir "$work/conf"
	printf 'listen: 8080\n' >"$work/conf/app.yaml"
	printf '#!/bin/sh\n' >"$work/run.sh"
	head -c 200000 /dev/urandom >"$work/blob"
	git -C "$work" add -A
	git -C "$work" commit -qm one
	git clone -q --bare "$work" "$GIT_SITE/repositories/backup.git"
	echo two >>"$work/conf/app.yaml"
	git -C "$work" commit -qam two
	git -C "$work" tag -a v1 -m v1
	git clone -q --bare "$work" "$GIT_SITE/repositories/master.git"
	git -C "$work" checkout -q -b feature/x
	echo x >"$work/x"
	git -C "$work" add x
	git -C "$work" commit -qm x
	git -C "$work" checkout -q main
	git clone -q --bare "$work" "$GIT_SITE/repositories/small.git"
	git init -q --bare -b main "$GIT_SITE/repositories/empty.git"
	chmod -R go+rX "$GIT_SITE/repositories"
}

# certificate NAME CA SUBJECT-ALT-NAME OPENSSL-OPTION ...
git_site_certificate() {
	local name=$1 ca=$2 names=$3

	shift 3
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr" \
		-subj "/CN=$name" 2>/dev/null
	openssl x509 -req -in "$name.csr" -CA "$ca.crt" -CAkey "$ca.key" -CAcreateserial -out "$name.crt" \
		-extfile <(echo "subjectAltName=$names") "$@" 2>/dev/null
}

git_site_certificates() {
	local ca

	mkdir -p "$GIT_SITE/tls"
	pushd "$GIT_SITE/tls" >/dev/null || return 1
	for ca in ca other; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $ca.key -out $ca.crt \
			-days 30 -subj "/CN=Test CA $ca" -addext basicConstraints=critical,CA:TRUE 2>/dev/null
	done
	git_site_certificate good ca DNS:localhost,IP:127.0.0.1 -days 20
	git_site_certificate expired ca DNS:localhost,IP:127.0.0.1 -days -1
	git_site_certificate wrongname ca DNS:wrong.example -days 20
	git_site_certificate untrusted other DNS:localhost,IP:127.0.0.1 -days 20
	popd >/dev/null || return 1
}

# One nginx server: PORT, then its TLS directives.
git_site_server() {
	cat <<-NGINX
		server {
		  listen 127.0.0.1:$1 $2;
		  $3
		  location ~ ^/open(?<gp>/.*)\$ { include git.inc; }
		  location ~ ^/basic(?<gp>/.*)\$ { auth_basic lab; auth_basic_user_file $GIT_SITE/htpasswd; include git.inc; }
		  location ~ ^/bearer(?<gp>/.*)\$ { if (\$http_authorization != "Bearer t0ken-of-the-lab") { return 401; } include git.inc; }
		  location ~ ^/private(?<gp>/.*)\$ { if (\$http_private_token != "t0ken-of-the-lab") { return 403; } include git.inc; }
		  location /moved/ { rewrite ^/moved/(.*)\$ /basic/\$1 redirect; }
		  location /elsewhere/ { rewrite ^/elsewhere/(.*)\$ http://localhost:$1/basic/\$1 redirect; }
		  location /login { return 302 /page; }
		  location /page { default_type text/html; return 200 "<html>log in</html>"; }
		  location /busy { return 503; }
		}
	NGINX
}

# git_site_http: sets HTTP, HTTPS, EXPIRED, WRONGNAME, UNTRUSTED (ports).
git_site_http() {
	local certificate

	printf 'git:%s\noauth2:%s\n' "$(openssl passwd -apr1 pa55-of-the-lab)" \
		"$(openssl passwd -apr1 t0ken-of-the-lab)" >"$GIT_SITE/htpasswd"
	cat >"$GIT_SITE/git.inc" <<-NGINX
		fastcgi_pass unix:$GIT_SITE/fcgi.sock;
		fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
		fastcgi_param GIT_PROJECT_ROOT $GIT_SITE/repositories;
		fastcgi_param GIT_HTTP_EXPORT_ALL 1;
		fastcgi_param GIT_CONFIG_COUNT 1;
		fastcgi_param GIT_CONFIG_KEY_0 safe.directory;
		fastcgi_param GIT_CONFIG_VALUE_0 *;
		fastcgi_param PATH_INFO \$gp;
		fastcgi_param REQUEST_METHOD \$request_method;
		fastcgi_param QUERY_STRING \$query_string;
		fastcgi_param CONTENT_TYPE \$content_type;
		fastcgi_param CONTENT_LENGTH \$content_length;
		fastcgi_param REMOTE_USER \$remote_user;
		fastcgi_param REMOTE_ADDR \$remote_addr;
	NGINX
	HTTP=$(free_port) HTTPS=$(free_port) EXPIRED=$(free_port) WRONGNAME=$(free_port) UNTRUSTED=$(free_port)
	{
		echo "daemon off; worker_processes 1; pid $GIT_SITE/nginx.pid; error_log $GIT_SITE/nginx.err;"
		[ "$(id -u)" != 0 ] || echo "user root;"
		echo "events { worker_connections 256; } http { access_log off; client_max_body_size 0;"
		for at in client_body proxy fastcgi uwsgi scgi; do echo "${at}_temp_path $GIT_SITE/ngx-$at;"; done
		git_site_server "$HTTP" "" ""
		for certificate in good:$HTTPS expired:$EXPIRED wrongname:$WRONGNAME untrusted:$UNTRUSTED; do
			git_site_server "${certificate#*:}" ssl "ssl_certificate $GIT_SITE/tls/${certificate%:*}.crt;
			  ssl_certificate_key $GIT_SITE/tls/${certificate%:*}.key;"
		done
		echo "}"
	} >"$GIT_SITE/nginx.conf"
	start fcgiwrap -f -c 32 -s "unix:$GIT_SITE/fcgi.sock"
	start /usr/sbin/nginx -e "$GIT_SITE/nginx.err" -p "$GIT_SITE" -c "$GIT_SITE/nginx.conf"
	wait_for 20 curl -sf -o /dev/null "http://127.0.0.1:$HTTP/page"
}

# git_site_keys: user keys ed25519, ecdsa, rsa (3072 bits), locked (with a passphrase), stranger; host keys.
git_site_keys() {
	local keys=$GIT_SITE/keys

	mkdir -p -m 700 "$keys"
	ssh-keygen -q -t ed25519 -N '' -f "$keys/host"
	ssh-keygen -q -t ed25519 -N '' -f "$keys/other-host"
	ssh-keygen -q -t ed25519 -N '' -f "$keys/ed25519"
	ssh-keygen -q -t ecdsa -N '' -f "$keys/ecdsa"
	ssh-keygen -q -t rsa -b 3072 -m PEM -N '' -f "$keys/rsa"
	ssh-keygen -q -t ed25519 -N 'pa55phrase-of-the-lab' -f "$keys/locked"
	ssh-keygen -q -t ed25519 -N '' -f "$keys/stranger"
	cat "$keys"/{ed25519,ecdsa,rsa,locked}.pub >"$keys/authorized_keys"
	cat >"$keys/forced" <<-'SH'
		#!/bin/sh
		# git-upload-pack alone, below the site's folder; as a platform before Git would do.
		case $SSH_ORIGINAL_COMMAND in
		"git-upload-pack '"*"'") ;;
		*) echo "this command is not allowed here" >&2; exit 128 ;;
		esac
		p=${SSH_ORIGINAL_COMMAND#*\'}; p=${p%\'}; p=${p#/}
		case $p in
		*..*|*\'*) echo "bad path" >&2; exit 128 ;;
		group/denied.git) echo "access to this repository is denied" >&2; exit 128 ;;
		esac
		export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
		exec timeout 60 git-upload-pack "$GIT_SITE_REPOSITORIES/${p#group/}"
	SH
	chmod 755 "$keys/forced"
}

# git_site_sshd NAME OPTION ...: one sshd; prints its port. It logs in whoever runs the tests.
git_site_sshd() {
	local name=$1 port keys=$GIT_SITE/keys option

	shift
	port=$(free_port)
	{
		cat <<-SSHD
			Port $port
			ListenAddress 127.0.0.1
			HostKey $keys/host
			PidFile none
			AuthorizedKeysFile $keys/authorized_keys
			StrictModes no
			UsePAM no
			UseDNS no
			PermitRootLogin prohibit-password
			PasswordAuthentication no
			KbdInteractiveAuthentication no
			MaxStartups 200
			SetEnv GIT_SITE_REPOSITORIES=$GIT_SITE/repositories
		SSHD
		for option in "$@"; do echo "$option"; done
	} >"$GIT_SITE/$name.conf"
	mkdir -p -m 755 /run/sshd 2>/dev/null || true
	echo "$port" >"$GIT_SITE/$name.port"
	start /usr/sbin/sshd -D -e -f "$GIT_SITE/$name.conf"
	wait_for 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
	echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$keys/host.pub")" >>"$GIT_SITE/known_hosts"
	echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$keys/other-host.pub")" >>"$GIT_SITE/known_hosts.wrong"
}

# git_site_ssh_up: the repositories behind OpenSSH; sets SSH (port) and SSH_USER, too.
git_site_ssh_up() {
	GIT_SITE=$T/site
	mkdir -p "$GIT_SITE"
	chmod 711 "$T" "$GIT_SITE"
	: >"$GIT_SITE/known_hosts.empty"
	git_site_repositories
	git_site_keys
	git_site_sshd sshd "ForceCommand $GIT_SITE/keys/forced"
	SSH=$(cat "$GIT_SITE/sshd.port")
	SSH_USER=$(id -un)
}

# git_site_up: all of it.
git_site_up() {
	git_site_ssh_up
	git_site_certificates
	git_site_http
}

# git_site_moody ID OPTION ...: tests/lab/sshd.py; its port is in $moody.
git_site_moody() {
	local file=$T/.moody.$1 keys=$GIT_SITE/keys python

	shift
	python=$(git_site_paramiko) || skip "not installed: python3-paramiko"
	start "$python" "$SRC/tests/lab/sshd.py" "$file" "$keys/host" "$keys/authorized_keys" "$@"
	wait_for 20 test -f "$file"
	moody=$(cat "$file")
}

# git_site_gitd FOLDER: tests/lab/gitd.py; its port is in $gitd.
git_site_gitd() {
	local file=$T/.gitd

	start python3 "$SRC/tests/lab/gitd.py" "$file" "$1"
	wait_for 20 test -f "$file"
	gitd=$(cat "$file")
}

# git_site_greeter TEXT: what says this to everybody, and leaves; its port is in $greeter.
git_site_greeter() {
	local file=$T/.greeter.$RANDOM$RANDOM

	start python3 -c 'import os, socket, sys
server = socket.create_server(("127.0.0.1", 0))
open(sys.argv[1] + ".new", "w").write(str(server.getsockname()[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    client = server.accept()[0]
    client.sendall(sys.argv[2].encode())
    client.shutdown(socket.SHUT_WR)
    while client.recv(4096):  # no RST, which would take the words away
        pass
    client.close()' "$file" "$1"
	wait_for 20 test -f "$file"
	greeter=$(cat "$file")
}

# git_site_paramiko: a Python that has the library: the distribution's, or another before it.
git_site_paramiko() {
	local python

	for python in python3 /usr/bin/python3; do
		! "$python" -c 'import paramiko' 2>/dev/null || {
			echo "$python"
			return
		}
	done
	return 1
}

# git_site_old_sshd_build: makes tests/lab/old_sshd beside the program, once; says why it cannot.
# What it is made of is in its go.mod, and comes through Go's own proxy.
git_site_old_sshd_build() {
	local folder home why

	folder=$(dirname "$ROUNDS")/tests/lab
	home=${HOME:-$folder}
	[ ! "$folder/old_sshd" -nt "$SRC/tests/lab/old_sshd/main.go" ] || return 0
	command -v go >/dev/null || {
		echo "Go is not installed"
		return 1
	}
	mkdir -p "$folder"
	why=$(
		cd "$SRC/tests/lab/old_sshd" || exit 1
		export GOTOOLCHAIN=local GOFLAGS=-mod=readonly
		export GOCACHE="${GOCACHE:-$home/.cache/go-build}" GOPATH="${GOPATH:-$home/go}"
		timeout 300 go build -trimpath -o "$folder/old_sshd" . 2>&1
	) || {
		echo "the old SSH server cannot be built: $(tail -n 1 <<<"$why")"
		return 1
	}
}

# git_site_old_sshd: that server; its port is in $old.
git_site_old_sshd() {
	local file=$T/.old_sshd folder

	folder=$(dirname "$ROUNDS")/tests/lab
	GIT_SITE_REPOSITORIES=$GIT_SITE/repositories start "$folder/old_sshd" \
		"$file" "$GIT_SITE/keys/host" "$GIT_SITE/keys/authorized_keys" "$GIT_SITE/keys/forced"
	wait_for 20 test -f "$file"
	old=$(cat "$file")
}

# proxied TARGET-PORT FAULT [BYTES]: a fault in front of a real server; its port is in $proxied.
proxied() {
	local file=$T/.proxy.$RANDOM$RANDOM

	start python3 "$SRC/tests/lab/faultproxy.py" "$file" "$@"
	wait_for 20 test -f "$file"
	proxied=$(cat "$file")
}
