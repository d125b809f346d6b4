// A server and a client made of nothing but the standard library of Go.
//
//	tls serve CHAIN KEY 1.2|1.3   serves until stdin ends; prints its port
//	tls dial PORT NAME FILE       dials 127.0.0.1 as NAME, trusting FILE alone; prints why the certificate is refused
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	run := map[string]func([]string) error{"serve": serve, "dial": dial}[os.Args[1]]
	if err := run(os.Args[2:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func serve(words []string) error {
	pair, err := tls.LoadX509KeyPair(words[0], words[1])
	if err != nil {
		return err
	}
	version := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[words[2]]
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: version, MaxVersion: version}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return err
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go answer(connection)
	}
}

// The request is read to its end of line, so that closing does not reset the connection under the answer.
func answer(connection net.Conn) {
	defer connection.Close()
	if _, err := connection.Read(make([]byte, 4096)); err == nil {
		fmt.Fprint(connection, "HTTP/1.0 204 No Content\r\n\r\n")
	}
}

func dial(words []string) error {
	trusted, err := os.ReadFile(words[2])
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(trusted) {
		return fmt.Errorf("%s holds no certificate", words[2])
	}
	connection, err := tls.Dial("tcp", "127.0.0.1:"+words[0], &tls.Config{ServerName: words[1], RootCAs: roots})
	if err != nil {
		return err
	}
	return connection.Close()
}
