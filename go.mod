module xent

go 1.26
