using System.Globalization;
using System.Text.Json;

namespace Dicom2Fhir.Load.Data;

/// <summary>What searches must answer over the studies 0 to N and their copies, counted from the generator alone.</summary>
/// <param name="Counts">By name of the criterion.</param>
/// <param name="Digests">Sum of the first 64 bits of the ids that match, modulo 2^64: an answer with a wrong, missing or doubled id has another.</param>
sealed record Truth(long Studies, Dictionary<string, long> Counts, Dictionary<string, ulong> Digests)
{
    /// <summary>Name of the search without a criterion.</summary>
    public const string Everything = "all studies";

    /// <summary>From a file when it is there, else counted and kept: ten million studies take about a minute.</summary>
    public static Truth Load(string file, StudySource source, long studies, int times)
    {
        if (File.Exists(file) && JsonSerializer.Deserialize<Truth>(File.ReadAllText(file)) is { } known && known.Studies == studies
            && Criterion.All.All(criterion => known.Counts.ContainsKey(criterion.Name)))
        {
            return known;
        }

        var made = Count(source, studies, times);
        File.WriteAllText(file, JsonSerializer.Serialize(made));
        return made;
    }

    /// <param name="times">How often every study is there (<see cref="Copy"/>).</param>
    public static Truth Count(StudySource source, long studies, int times = 1)
    {
        const int portion = 10_000;
        var counts = new long[Criterion.All.Count + 1];
        var digests = new ulong[counts.Length];
        Parallel.For(0, (studies + portion - 1) / portion, part =>
        {
            var (some, sums) = (new long[counts.Length], new ulong[counts.Length]);
            foreach (var study in source.Range(part * portion, Math.Min(portion, studies - (part * portion))))
            {
                var digest = Enumerable.Range(0, times).Aggregate(0UL, (sum, copy) => sum + Copy.Digest(Digest(study.Id), copy));
                for (var i = 0; i < counts.Length; i++)
                {
                    if (i < Criterion.All.Count && !Criterion.All[i].Matches(study)) continue;
                    some[i] += times;
                    sums[i] += digest;
                }
            }

            lock (counts)
            {
                for (var i = 0; i < counts.Length; i++) (counts[i], digests[i]) = (counts[i] + some[i], digests[i] + sums[i]);
            }
        });
        string[] names = [.. Criterion.All.Select(criterion => criterion.Name), Everything];
        return new Truth(studies, names.Zip(counts).ToDictionary(pair => pair.First, pair => pair.Second), names.Zip(digests).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    public static ulong Digest(ReadOnlySpan<char> id) => ulong.Parse(id[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
