using System.Runtime.CompilerServices;
using Dicom2Fhir.Indexer.Sources;

namespace Dicom2Fhir.Indexer;

/// <summary>Results read side by side.</summary>
/// <param name="Finished">A container that was read to its end with them.</param>
sealed record ReadPart(IReadOnlyList<HeaderResult> Results, Input? Finished);

/// <summary>Reads inputs in their order: plain files in parallel, containers one after the other.</summary>
static class InputReader
{
    // Inputs read side by side before the clock is looked at.
    const int SliceSize = 100;

    public static async IAsyncEnumerable<ReadPart> ReadAsync(IReadOnlyList<Input> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var slice in inputs.Chunk(SliceSize))
        {
            var results = new HeaderResult?[slice.Length];
            await Parallel.ForAsync(0, slice.Length, cancellationToken, (i, token) =>
            {
                if (!IsArchive(slice[i])) results[i] = HeaderReader.Read(slice[i], token);
                return ValueTask.CompletedTask;
            });

            var from = 0;
            for (var i = 0; i < slice.Length; i++)
            {
                if (results[i] is { LooksLikeJson: false }) continue;
                if (i > from) yield return new ReadPart(results[from..i]!, null);
                foreach (var part in Container(slice[i], cancellationToken)) yield return part;
                from = i + 1;
            }

            if (from < slice.Length) yield return new ReadPart(results[from..]!, null);
        }
    }

    static bool IsArchive(Input input) => input is { Kind: FileKind.Regular, Size: > 0 } && ArchiveKinds.Of(input.Name) != ArchiveKind.None;

    static IEnumerable<ReadPart> Container(Input file, CancellationToken cancellationToken)
    {
        var isWhole = true;
        foreach (var slice in new ContainerReader(file, cancellationToken).Results().Chunk(SliceSize))
        {
            isWhole &= !Array.Exists(slice, result => result.Input == file);
            yield return new ReadPart(slice, null);
        }

        if (isWhole) yield return new ReadPart([], file);
    }
}
