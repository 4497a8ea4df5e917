using System.Collections.Frozen;

namespace Dicom2Fhir.Store.Search;

/// <summary>Which regions of the body contain a site (BodyRegions.tsv): chest contains lung, a combined region is found by each of its parts.</summary>
public static class BodyRegions
{
    const string Snomed = "http://snomed.info/sct";

    static readonly IReadOnlyList<(string Code, string Display, string[] Regions)> Rows = Read();

    // Codes that mean the same region, each under each.
    static readonly FrozenDictionary<string, string[]> Same = Rows.Where(row => row.Regions is [['=', ..]])
        .GroupBy(row => row.Regions[0][1..]).Select(group => (string[])[group.Key, .. group.Select(row => row.Code)])
        .SelectMany(codes => codes.Select(code => (code, codes))).ToFrozenDictionary(pair => pair.code, pair => pair.codes);

    static readonly FrozenDictionary<string, string[]> Parents = Rows.Where(row => row.Regions is not [['=', ..]]).ToFrozenDictionary(row => row.Code, row => row.Regions);

    /// <summary>The code itself, its other codes, and every region that contains it, with their other codes.</summary>
    public static IReadOnlySet<string> Containing(string system, string code)
    {
        var found = new HashSet<string>();
        if (system == Snomed) Add(code, found);
        else found.Add(code);
        return found;
    }

    static void Add(string code, HashSet<string> found)
    {
        foreach (var same in Same.GetValueOrDefault(code, [code]))
        {
            if (!found.Add(same)) continue;
            foreach (var parent in Parents.GetValueOrDefault(same, [])) Add(parent, found);
        }
    }

    static List<(string, string, string[])> Read()
    {
        using var stream = typeof(BodyRegions).Assembly.GetManifestResourceStream("Dicom2Fhir.Store.Search.BodyRegions.tsv")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#').Skip(1)
                .Select(line => line.Split('\t')).Select(cells => (cells[0], cells[1], cells[2].Split(' ', StringSplitOptions.RemoveEmptyEntries))),
        ];
    }
}
