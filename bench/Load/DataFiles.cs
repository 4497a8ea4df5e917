using System.Text;
using Dicom2Fhir.Load.Data;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Load;

/// <summary>The generator's studies as files.</summary>
static class DataFiles
{
    public static int WriteNdjson(Options options)
    {
        var source = new StudySource(options.Seed, options.Messy);
        WriteNdjson(options.Out, source, options.From, options.Studies, options.Instances > 0);
        return 0;
    }

    /// <summary>One resource a line.</summary>
    public static void WriteNdjson(string path, StudySource source, long from, long count, bool instances)
    {
        var resources = new StudyResource(source, instances);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var output = new StreamWriter(path, append: false, new UTF8Encoding(false), bufferSize: 1 << 20);
        foreach (var study in source.Range(from, count))
        {
            output.Write(MappedJson.Write(resources.Of(study)));
            output.Write('\n');
        }
    }

    public static int WriteDicom(Options options)
    {
        var (files, bytes) = WriteDicom(options.Out, new StudySource(options.Seed, options.Messy), options);
        Console.Out.WriteLine($"{files} files, {bytes} bytes in {options.Out}");
        return 0;
    }

    public static (long Files, long Bytes) WriteDicom(string folder, StudySource source, Options options)
    {
        var made = new StudyFiles(source, options.FilesOfSeries, options.FileBytes);
        var (files, bytes) = (0L, 0L);
        foreach (var study in source.Range(options.From, options.Studies))
        {
            foreach (var (path, content) in made.Of(study))
            {
                var file = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, content);
                files++;
                bytes += content.Length;
            }
        }

        return (files, bytes);
    }

    public static int WriteTruth(Options options)
    {
        var truth = Truth.Count(new StudySource(options.Seed, options.Messy), options.Studies);
        foreach (var (name, count) in truth.Counts) Console.Out.WriteLine($"{count}\t{name}");
        return 0;
    }
}
