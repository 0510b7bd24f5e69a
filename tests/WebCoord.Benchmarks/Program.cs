await Console.Error.WriteLineAsync("Usage: dotnet run -c Release --project tests/WebCoord.Benchmarks -- rest | memory");
return 2;
