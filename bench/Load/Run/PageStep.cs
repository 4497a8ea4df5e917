using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.Load.Run;

/// <summary>The first page of 50 by every single parameter of the CapabilityStatement for studies, with the commonest value the data have.</summary>
static class PageStep
{
    // Enough to meet every value that is not rare.
    const int Sample = 500;

    // Of strings, which are searched by how they begin: so few letters have the most matches a user would ask for.
    const int Beginning = 3;

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench)
    {
        await bench.FacadeAsync();
        using var client = new SearchClient(bench.FhirBase);
        var sample = bench.Source.Range(0, Math.Min(Sample, bench.Options.Studies)).Select(study => bench.Resources.Of(study)).ToList();
        foreach (var study in sample) study.Meta!.LastUpdated = TimeProvider.System.GetUtcNow();
        var rows = new List<Row>();
        foreach (var parameter in SearchParameters.Of(ServedType.ImagingStudy))
        {
            var query = Query(parameter, [.. sample.SelectMany(parameter.Values)], sample[0].Id!);
            var total = await client.CountAsync(query);
            var times = await Times.OfAsync(() => client.FirstAsync(query + "&_count=50"), Math.Max(30, bench.Repetitions / 5), bench.Longest / 2);
            rows.Add(new Row("", $"first page by {parameter.Name}", $"POST ImagingStudy/_search {query}&_count=50", total, times.Median, times.P95, 1000 / times.Median, Goal: "p95 under 50 ms", Met: times.P95 < 50));
        }

        return rows;
    }

    static string Query(SearchParameter parameter, IReadOnlyList<IndexValue> values, string id)
    {
        if (parameter.Name == "_id") return "_id=" + id;
        var common = values.Select(value => Text(parameter, value)).OfType<string>().GroupBy(text => text)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).FirstOrDefault();
        return common is null ? $"{parameter.Name}:missing=false" : $"{parameter.Name}={common.Key}";
    }

    static string? Text(SearchParameter parameter, IndexValue value) => value switch
    {
        IndexValue.Token token when parameter.IsBoolean || parameter.IsBare => token.Code,
        IndexValue.Token token => $"{token.System}|{token.Code}",
        IndexValue.Uri uri => uri.Value,
        IndexValue.Moment date => date.Text[..Math.Min(10, date.Text.Length)],
        IndexValue.Reference reference => reference.Target,
        IndexValue.Number number => number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        IndexValue.Quantity quantity => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{quantity.Value}|{quantity.System}|{quantity.Code}"),
        IndexValue.Prose prose => Uri.EscapeDataString(prose.Value[..Math.Min(Beginning, prose.Value.Length)]),
        IndexValue.Tuple tuple when tuple.Parts.All(part => part is IndexValue.Token) =>
            string.Join('$', tuple.Parts.Zip(parameter.Parts, (part, of) => Text(SearchParameters.Find(parameter.Type, of.Name)!, part))),
        _ => null,
    };
}
