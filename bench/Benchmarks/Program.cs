using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Dicom2Fhir.Benchmarks;

// dotnet run -c Release --project bench/Benchmarks -- --filter '*'
// In this process: the default builds a project of its own per benchmark and looks for it by the assembly's name, which here has a prefix its file has not.
var here = ManualConfig.Create(DefaultConfig.Instance).AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(ReadPart10).Assembly).Run(args, here);
