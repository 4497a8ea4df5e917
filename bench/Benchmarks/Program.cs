using BenchmarkDotNet.Running;
using Dicom2Fhir.Benchmarks;

// dotnet run -c Release --project bench/Benchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(ReadPart10).Assembly).Run(args);
