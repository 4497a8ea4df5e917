using System.Text.Encodings.Web;
using System.Text.Json;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Indexer.Sources;

namespace Dicom2Fhir.Indexer.Commands;

/// <summary>
/// dicom-json FILE...: the header of each file as the DICOM JSON model, one array a line; of a file without a header an empty one, of a cut
/// one what stands before, both with a sentence on stderr. Needs no database.
/// </summary>
static class DicomJsonCommand
{
    // Line ends inside strings are escaped by every encoder, so that a file stays a line.
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(IReadOnlyList<string> files, Stream output, TextWriter errors, CancellationToken cancellationToken)
    {
        var isWhole = true;
        foreach (var file in files)
        {
            var problem = await WriteAsync(file, output, cancellationToken);
            if (problem is null) continue;
            isWhole = false;
            await errors.WriteLineAsync($"{file} {problem}.");
        }

        return isWhole ? 0 : 1;
    }

    static async Task<string?> WriteAsync(string file, Stream output, CancellationToken cancellationToken)
    {
        var header = Read(file, out var problem, cancellationToken);
        await using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartArray();
        if (header is not null) DicomJsonWriter.Write(writer, header.DataSet);
        writer.WriteEndArray();
        await writer.FlushAsync(cancellationToken);
        output.WriteByte((byte)'\n');
        return problem;
    }

    static DicomFile? Read(string file, out string? problem, CancellationToken cancellationToken)
    {
        problem = FileKinds.Of(file, followLink: true) switch
        {
            FileKind.Regular => null,
            FileKind.Missing => "does not exist",
            _ => "is no regular file",
        };
        if (problem is not null) return null;
        try
        {
            using var stream = HeaderReader.Open(file);
            return Part10Reader.Read(stream, ReadSet.All, Limits.Default, cancellationToken);
        }
        catch (Exception exception) when (HeaderReader.IsFault(exception))
        {
            var fault = exception as DicomFormatException;
            problem = fault is null ? "cannot be read" : $"has no whole header: {fault.Message}";
            return fault?.Partial;
        }
    }
}
