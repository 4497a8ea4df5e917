using Dicom2Fhir.Dicom;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer;

/// <summary>What reading an input gave: attributes, or an outcome with its reason.</summary>
/// <param name="Text">For the operator; never a value of the header.</param>
sealed record HeaderResult(Input Input, InstanceAttributes? Attributes, string Outcome, string? Reason, string? Text)
{
    public static HeaderResult Skipped(Input input, string reason, string text) => new(input, null, Outcomes.Skipped, reason, text);

    public static HeaderResult Quarantined(Input input, string reason, string text) => new(input, null, Outcomes.Quarantined, reason, text);
}

/// <summary>Reads the header of one input.</summary>
static class HeaderReader
{
    public static HeaderResult Read(Input input, CancellationToken cancellationToken)
    {
        if (input.Kind == FileKind.Missing) return Missing(input);
        if (input.Kind != FileKind.Regular) return HeaderResult.Skipped(input, Reasons.SpecialFile, input.Kind == FileKind.Link ? "a link, not followed" : "no regular file");
        if (input.Size == 0) return HeaderResult.Quarantined(input, Reasons.Empty, "no bytes");
        try
        {
            DicomFile file;
            using (var stream = new FileStream(input.Name, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 }))
            {
                file = Part10Reader.Read(stream, TagMap.ReadSet, Limits.Default, cancellationToken);
            }

            return HasChanged(input) ? HeaderResult.Quarantined(input, Reasons.Changing, "size or time changed while it was read") : Extract(input, file);
        }
        catch (DicomFormatException exception)
        {
            if (HasChanged(input)) return HeaderResult.Quarantined(input, Reasons.Changing, "size or time changed while it was read");
            var where = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{exception.Message} (byte {exception.Offset}{(exception.TagPath.Length > 0 ? " in " + exception.TagPath : "")})");
            return exception.Fault == DicomFault.NotDicom
                ? HeaderResult.Skipped(input, Reasons.NotDicom, exception.Message)
                : HeaderResult.Quarantined(input, ReasonOf(exception.Fault), where);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Missing(input);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return HeaderResult.Quarantined(input, Reasons.Unreadable, exception is UnauthorizedAccessException ? "no permission to read it" : "the file system does not deliver it");
        }
    }

    // Bytes that are no UTF-8 come out of a listing as U+FFFD, and no file has that name.
    static HeaderResult Missing(Input input) => input.Name.Contains('\uFFFD', StringComparison.Ordinal)
        ? HeaderResult.Quarantined(input, Reasons.Unreadable, "the file name is not UTF-8; rename the file")
        : HeaderResult.Quarantined(input, Reasons.Changing, "gone before it could be read");

    static HeaderResult Extract(Input input, DicomFile file) => TagMap.Extract(file.DataSet) switch
    {
        ExtractResult.Instance instance => new HeaderResult(input, instance.Attributes, Outcomes.Stored, null, null),
        ExtractResult.Skipped skipped => HeaderResult.Skipped(input, skipped.Reason, skipped.Text),
        ExtractResult.Refused refused => HeaderResult.Quarantined(input, refused.Reason, refused.Text),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static string ReasonOf(DicomFault fault) => fault switch
    {
        DicomFault.Empty => Reasons.Empty,
        DicomFault.Truncated => Reasons.Truncated,
        DicomFault.Limit => Reasons.Limit,
        DicomFault.BadDeflate => Reasons.BadDeflate,
        _ => Reasons.Unreadable,
    };

    static bool HasChanged(Input input)
    {
        var now = new FileInfo(input.Name);
        return !now.Exists || now.Length != input.Size || now.LastWriteTimeUtc != input.Modified;
    }
}
