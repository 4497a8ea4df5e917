using Dicom2Fhir.Load;

if (args is not ["samples", .. var rest] || rest.Length > 1)
{
    Console.Error.WriteLine("usage: dotnet run --project bench/Load -- samples [FOLDER]     (default: samples)");
    return 2;
}

var folder = Path.GetFullPath(rest.Length == 1 ? rest[0] : "samples");
var count = 0;
var bytes = 0L;
foreach (var (path, content) in Samples.Files())
{
    var file = Path.Combine(folder, path);
    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    File.WriteAllBytes(file, content);
    count++;
    bytes += content.Length;
}

Console.Out.WriteLine($"{count} files, {bytes} bytes in {folder}");
return 0;
