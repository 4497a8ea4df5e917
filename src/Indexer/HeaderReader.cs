using System.Globalization;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer;

/// <summary>What reading an input gave: attributes, or an outcome with its reason.</summary>
/// <param name="Text">For the operator; never a value of the header.</param>
sealed record HeaderResult(Input Input, InstanceAttributes? Attributes, string Outcome, string? Reason, string? Text)
{
    /// <summary>No header, but what may be DICOM JSON: <see cref="ContainerReader"/> reads it.</summary>
    public bool LooksLikeJson { get; init; }

    /// <summary>Of what is quarantined without attributes: SHA-256, never kept as it is (<see cref="InputRecords"/>).</summary>
    public byte[]? Digest { get; init; }

    public static HeaderResult Skipped(Input input, string reason, string text) => new(input, null, Outcomes.Skipped, reason, text);

    public static HeaderResult Quarantined(Input input, string reason, string text) => new(input, null, Outcomes.Quarantined, reason, text);
}

/// <summary>Reads the header of one input.</summary>
static class HeaderReader
{
    // ENOSPC, which no reading of an input can meet
    const int NoSpace = 28;

    /// <summary>Reads a file.</summary>
    public static HeaderResult Read(Input input, CancellationToken cancellationToken)
    {
        if (input.Kind == FileKind.Missing) return Missing(input);
        if (input.Kind != FileKind.Regular) return Special(input);
        if (input.Size == 0) return HeaderResult.Quarantined(input, Reasons.Empty, "no bytes");
        try
        {
            HeaderResult result;
            using (var stream = Open(input.Name))
            {
                result = Read(input, stream, cancellationToken);
                if (result.Reason == Reasons.NotDicom) result = result with { LooksLikeJson = LooksLikeJson(Head(stream)) };
                if (result.Outcome == Outcomes.Quarantined) result = result with { Digest = ContentDigest.Of(input, Head(stream)) };
            }

            return HasChanged(input) ? Changing(input) : result;
        }
        catch (Exception exception) when (IsFault(exception))
        {
            return HasChanged(input) ? Changing(input) : Fault(input, exception);
        }
    }

    /// <summary>Reads a stream that holds one DICOM file.</summary>
    /// <exception cref="IOException">The stream fails.</exception>
    public static HeaderResult Read(Input input, Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            return Extract(input, Part10Reader.Read(stream, TagMap.ReadSet, Limits.Default, cancellationToken));
        }
        catch (DicomFormatException exception)
        {
            return Fault(input, exception);
        }
    }

    public static HeaderResult Extract(Input input, DicomFile file) => TagMap.Extract(file.DataSet) switch
    {
        ExtractResult.Instance instance => new HeaderResult(input, instance.Attributes, Outcomes.Stored, null, null),
        ExtractResult.Skipped skipped => HeaderResult.Skipped(input, skipped.Reason, skipped.Text),
        ExtractResult.Refused refused => HeaderResult.Quarantined(input, refused.Reason, refused.Text),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Opens a file without waiting for anybody; the caller knows that it is a regular one.</summary>
    public static FileStream Open(string path) =>
        new(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });

    /// <summary>What an input can do to the reader: all else is a bug.</summary>
    public static bool IsFault(Exception exception) =>
        exception is DicomFormatException or IOException or InvalidDataException or UnauthorizedAccessException;

    public static HeaderResult Fault(Input input, Exception exception) => exception switch
    {
        DicomFormatException { Fault: DicomFault.NotDicom } => HeaderResult.Skipped(input, Reasons.NotDicom, exception.Message),
        DicomFormatException dicom => HeaderResult.Quarantined(input, ReasonOf(dicom.Fault), Where(dicom)),
        FileNotFoundException or DirectoryNotFoundException => Missing(input),
        EndOfStreamException => HeaderResult.Quarantined(input, Reasons.Truncated, "the archive is cut"),
        InvalidDataException => HeaderResult.Quarantined(input, Reasons.Unreadable, "the archive is broken"),
        IOException { HResult: NoSpace } => HeaderResult.Quarantined(input, Reasons.Unreadable, "no space for temporary files (TMPDIR)"),
        UnauthorizedAccessException => HeaderResult.Quarantined(input, Reasons.Unreadable, "no permission to read it"),
        _ => HeaderResult.Quarantined(input, Reasons.Unreadable, "the file system does not deliver it"),
    };

    public static HeaderResult Special(Input input) =>
        HeaderResult.Skipped(input, Reasons.SpecialFile, input.Kind == FileKind.Link ? "a link, not followed" : "no regular file");

    public static HeaderResult Changing(Input input) => HeaderResult.Quarantined(input, Reasons.Changing, "size or time changed while it was read");

    /// <summary>True when a file is not what it was when it was listed.</summary>
    public static bool HasChanged(Input input)
    {
        var now = new FileInfo(input.Name);
        return !now.Exists || now.Length != input.Size || now.LastWriteTimeUtc != input.Modified;
    }

    /// <summary>An object or array stands where a DICOM file would have its preamble.</summary>
    public static bool LooksLikeJson(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) head = head[3..];
        return head.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];
    }

    static byte[] Head(FileStream stream)
    {
        stream.Seek(0, SeekOrigin.Begin);
        HeadStream.Look(stream, out var head);
        return head;
    }

    // Bytes that are no UTF-8 come out of a listing as U+FFFD, and no file has that name.
    static HeaderResult Missing(Input input) => input.Name.Contains('\uFFFD', StringComparison.Ordinal)
        ? HeaderResult.Quarantined(input, Reasons.Unreadable, "the file name is not UTF-8; rename the file")
        : HeaderResult.Quarantined(input, Reasons.Changing, "gone before it could be read");

    static string Where(DicomFormatException exception) => string.Create(
        CultureInfo.InvariantCulture, $"{exception.Message} (byte {exception.Offset}{(exception.TagPath.Length > 0 ? " in " + exception.TagPath : "")})");

    static string ReasonOf(DicomFault fault) => fault switch
    {
        DicomFault.Empty => Reasons.Empty,
        DicomFault.Truncated => Reasons.Truncated,
        DicomFault.Limit => Reasons.Limit,
        DicomFault.BadDeflate => Reasons.BadDeflate,
        DicomFault.NotJson => Reasons.NotJson,
        _ => Reasons.Unreadable,
    };
}
