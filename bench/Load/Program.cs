using Dicom2Fhir.Load;
using Dicom2Fhir.Load.Run;

const string usage =
    """
    usage: dotnet run -c Release --project bench/Load -- VERB [options]
      samples [FOLDER]                                 writes samples/
      ndjson --out FILE --studies N [--from N] [--seed N] [--messy] [--instances 1]     MII ImagingStudy resources, one a line
      dicom  --out DIR  --studies N [--from N] [--seed N] [--messy] [--bytes 4096] [--files 4]     header-only Part 10 files
      truth  --studies N [--seed N] [--messy]          what the searches of the benchmark must count
      headers FOLDER                                   how fast headers are read; bench/headers.sh
      floor  --port N --connection TEXT                the floor programs
      run    --studies N [...]                         the whole table; bench/run.sh --help
    """;

if (args is ["samples", .. var rest]) return Samples.Write(Path.GetFullPath(rest is [var folder] ? folder : "samples"));
if (args is ["headers", var headers]) return HeaderReading.Run(headers);
Options options;
try
{
    options = Options.Parse(args.AsSpan(Math.Min(1, args.Length)));
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}

switch (args.FirstOrDefault())
{
    case "ndjson": return DataFiles.WriteNdjson(options);
    case "dicom": return DataFiles.WriteDicom(options);
    case "truth": return DataFiles.WriteTruth(options);
    case "floor": return await FloorServer.RunAsync(options);
    case "run": return await BenchRun.RunAsync(options);
    default:
        Console.Error.WriteLine(usage);
        return 2;
}
