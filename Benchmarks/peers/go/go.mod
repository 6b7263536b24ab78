module consilium/benchmarks/peers/go

go 1.19
