// old_sshd: an SSH server as Go programs of 2022 have it. Its library announces no server-sig-algs
// (RFC 8308), so that an RSA key can only log in by a signature with SHA-1.
//
//	old_sshd PORTFILE HOSTKEY AUTHORIZED SHELL
//
// Whoever has a key of the file AUTHORIZED is let in; SHELL is run with SSH_ORIGINAL_COMMAND, as
// sshd's ForceCommand is. Its port is written to PORTFILE once it listens.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"

	"golang.org/x/crypto/ssh"
)

func authorized(path string) map[string]bool {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	keys := map[string]bool{}
	for len(bytes.TrimSpace(text)) > 0 {
		key, _, _, rest, err := ssh.ParseAuthorizedKey(text)
		if err != nil {
			log.Fatal(err)
		}
		keys[string(key.Marshal())] = true
		text = rest
	}
	return keys
}

func configure(hostKey, keys string) *ssh.ServerConfig {
	text, err := os.ReadFile(hostKey)
	if err != nil {
		log.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if err != nil {
		log.Fatal(err)
	}
	known := authorized(keys)
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if known[string(key.Marshal())] {
				return nil, nil
			}
			return nil, errors.New("not authorised")
		},
	}
	config.AddHostKey(signer)
	return config
}

func execute(channel ssh.Channel, shell, command string) {
	var exit *exec.ExitError
	c := exec.Command(shell)
	c.Env = append(os.Environ(), "SSH_ORIGINAL_COMMAND="+command)
	c.Stdout, c.Stderr = channel, channel.Stderr()
	in, err := c.StdinPipe()
	if err == nil {
		go func() { io.Copy(in, channel); in.Close() }()
		err = c.Run()
	}
	status := struct{ Status uint32 }{0}
	if errors.As(err, &exit) {
		status.Status = uint32(exit.ExitCode())
	} else if err != nil {
		fmt.Fprintln(channel.Stderr(), err)
		status.Status = 127
	}
	channel.SendRequest("exit-status", false, ssh.Marshal(&status))
	channel.Close()
}

func session(asked ssh.NewChannel, shell string) {
	if asked.ChannelType() != "session" {
		asked.Reject(ssh.UnknownChannelType, "only sessions")
		return
	}
	channel, requests, err := asked.Accept()
	if err != nil {
		return
	}
	for request := range requests {
		var command struct{ Text string }
		ok := request.Type == "exec" && ssh.Unmarshal(request.Payload, &command) == nil
		request.Reply(ok, nil)
		if ok {
			go execute(channel, shell, command.Text)
		}
	}
}

func serve(socket net.Conn, config *ssh.ServerConfig, shell string) {
	connection, channels, requests, err := ssh.NewServerConn(socket, config)
	if err != nil {
		socket.Close()
		return
	}
	defer connection.Close()
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		go session(asked, shell)
	}
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("old_sshd PORTFILE HOSTKEY AUTHORIZED SHELL")
	}
	config := configure(os.Args[2], os.Args[3])
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	file := os.Args[1]
	if os.WriteFile(file+".new", []byte(port), 0o600) != nil || os.Rename(file+".new", file) != nil {
		log.Fatal("the port cannot be written")
	}
	for {
		socket, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(socket, config, os.Args[4])
	}
}
