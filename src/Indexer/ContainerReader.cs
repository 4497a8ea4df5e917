using System.Globalization;
using System.IO.Compression;
using Dicom2Fhir.Dicom;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Mapping;

namespace Dicom2Fhir.Indexer;

/// <summary>
/// Reads a file that holds many inputs: an archive (PATH!member, archives in it too) or DICOM JSON (PATH#n). One member at a time is open, of each
/// its header alone is read, and nothing is extracted. The file itself is an input only when it cannot be read to its end.
/// </summary>
sealed class ContainerReader(Input file, CancellationToken cancellationToken)
{
    // Results are put in the order of names, so that the later of two deliveries is known (design decision 14), as far as memory allows: some 50 MB.
    const int Sorted = 10_000;

    // Objects without any DICOM attribute after which a JSON file is taken for something else.
    const int OtherObjects = 100;

    readonly ArchiveBudget budget = new(file.Size);

    public IEnumerable<HeaderResult> Results() => Caught(All(), file).Chunk(Sorted).SelectMany(results => results.OrderBy(result => result.Input.Name, StringComparer.Ordinal));

    IEnumerable<HeaderResult> All()
    {
        using var stream = HeaderReader.Open(file.Name);
        var isBroken = false;
        foreach (var result in Content(file, stream, depth: 0))
        {
            isBroken |= result.Input == file && result.Outcome == Outcomes.Quarantined;
            yield return result;
        }

        if (!isBroken && HeaderReader.HasChanged(file)) yield return HeaderReader.Changing(file);
    }

    /// <summary>The results up to a fault, and the fault as the result of <paramref name="input"/>.</summary>
    static IEnumerable<HeaderResult> Caught(IEnumerable<HeaderResult> results, Input input)
    {
        using var all = results.GetEnumerator();
        while (true)
        {
            HeaderResult? fault = null;
            try
            {
                if (!all.MoveNext()) yield break;
            }
            catch (Exception exception) when (HeaderReader.IsFault(exception))
            {
                fault = HeaderReader.Fault(input, exception);
            }

            yield return fault ?? all.Current;
            if (fault is not null) yield break;
        }
    }

    IEnumerable<HeaderResult> Content(Input input, Stream content, int depth)
    {
        var stream = HeadStream.Look(content, out var head);
        return Caught(Content(input, stream, head, depth), input).Select(result =>
            result.Outcome == Outcomes.Quarantined && result.Digest is null && head.Length > 0 ? result with { Digest = ContentDigest.Of(result.Input, head) } : result);
    }

    IEnumerable<HeaderResult> Content(Input input, Stream stream, byte[] head, int depth)
    {
        switch (ArchiveKinds.Of(input.Name))
        {
            case not ArchiveKind.None when depth > ArchiveBudget.Depth:
                return [HeaderResult.Quarantined(input, Reasons.Limit, $"archives nested deeper than {ArchiveBudget.Depth}")];
            case ArchiveKind.Zip when ZipMembers.IsZip(head):
                return Members(input, () => Zip(stream), depth);
            case ArchiveKind.Tar when TarMembers.IsTar(head):
                return Members(input, () => new TarMembers(stream), depth);
            case ArchiveKind.TarGzip or ArchiveKind.Gzip when head is [0x1F, 0x8B, ..]:
                return Unpacked(input, new BudgetStream(new GZipStream(stream, CompressionMode.Decompress), budget), depth);
            default:
                return HeaderReader.LooksLikeJson(head) && !head.AsSpan(Math.Min(head.Length, 128)).StartsWith("DICM"u8)
                    ? Objects(input, stream, head)
                    : [head.Length == 0 ? HeaderResult.Quarantined(input, Reasons.Empty, "no bytes") : HeaderReader.Read(input, stream, cancellationToken)];
        }
    }

    IEnumerable<HeaderResult> Unpacked(Input input, Stream gzip, int depth)
    {
        var stream = HeadStream.Look(gzip, out var head);
        if (ArchiveKinds.Of(input.Name) == ArchiveKind.TarGzip && TarMembers.IsTar(head)) return Members(input, () => new TarMembers(stream), depth);
        return HeaderReader.LooksLikeJson(head)
            ? Objects(input, stream, head)
            : [HeaderResult.Skipped(input, Reasons.NotDicom, "a compressed file that holds neither an archive nor DICOM JSON")];
    }

    IEnumerable<HeaderResult> Members(Input input, Func<Archive> open, int depth)
    {
        using var archive = open();
        var count = 0;
        while (archive.Next() is { } member)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count++;
            var name = budget.Name($"{input.Name}!{member.Name}", member.Kind, member.Size, file);
            foreach (var result in Caught(Member(name, member, depth), name)) yield return result;
        }

        if (count == 0) yield return HeaderResult.Skipped(input, Reasons.NotDicom, "an archive without files");
    }

    IEnumerable<HeaderResult> Member(Input input, Member member, int depth)
    {
        if (member.Kind != FileKind.Regular)
        {
            yield return HeaderReader.Special(input);
        }
        else if (member.Content is not { } content)
        {
            yield return HeaderResult.Quarantined(input, Reasons.Unreadable, "encrypted, or compressed by a method that is not read");
        }
        else
        {
            // an iterator, so that a fault in the first bytes is the member's too
            foreach (var result in Content(input, content.CanSeek ? content : new BudgetStream(content, budget), depth + 1)) yield return result;
        }
    }

    /// <summary>A ZIP is read from its end, so one inside another archive goes through a file without a name.</summary>
    static ZipMembers Zip(Stream stream)
    {
        if (stream is FileStream file) return new ZipMembers(file.SafeFileHandle, owned: false);
        var path = Path.GetTempFileName();
        var spool = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete);
        try
        {
            File.Delete(path);
            stream.CopyTo(spool);
            spool.Flush();
            return new ZipMembers(spool.SafeFileHandle, owned: true);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    IEnumerable<HeaderResult> Objects(Input input, Stream stream, byte[] head)
    {
        var isArray = head.AsSpan().IndexOf((byte)'[') is >= 0 and var bracket && head.AsSpan(0, bracket).IndexOf((byte)'{') < 0;
        List<DicomJsonEntry> waiting = [];
        var found = false;
        var count = 0;
        foreach (var entry in DicomJsonReader.Read(stream, TagMap.ReadSet, Limits.Default, cancellationToken))
        {
            count++;
            waiting.Add(entry);
            found |= entry.Fault?.Fault != DicomFault.NotDicom;
            if (!found && count == OtherObjects) break;
            // the first waits for the second: a single object has the name of its file
            if (!found || (count == 1 && !isArray)) continue;
            foreach (var one in waiting) yield return Object(input, one, numbered: true);
            waiting.Clear();
        }

        if (!found) yield return HeaderResult.Skipped(input, Reasons.NotDicom, "JSON without DICOM attributes");
        else foreach (var one in waiting) yield return Object(input, one, numbered: count > 1);
    }

    HeaderResult Object(Input input, DicomJsonEntry entry, bool numbered)
    {
        var name = numbered ? budget.Name(string.Create(CultureInfo.InvariantCulture, $"{input.Name}#{entry.Number}"), FileKind.Regular, entry.Bytes, file) : input;
        return entry.File is { } header ? HeaderReader.Extract(name, header) : HeaderReader.Fault(name, entry.Fault!);
    }
}
