module old_sshd

go 1.17

require golang.org/x/crypto v0.0.0-20220926161630-eccd6366d1be

require golang.org/x/sys v0.0.0-20210615035016-665e8c7367d1 // indirect
