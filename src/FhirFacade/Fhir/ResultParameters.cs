using System.Collections.Frozen;
using System.Globalization;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>_summary (R4 search 3.1.1.5.8).</summary>
public enum Summary
{
    False,
    True,
    Text,
    Data,
    Count,
}

/// <summary>The parameters that shape the answer, apart from those that choose the resources.</summary>
/// <param name="Written">Those the self link and the next pages keep, as name and value.</param>
sealed record ResultParameters(int Count, Summary Summary, IReadOnlyList<string> Elements, TotalMode Total, bool Pretty, IReadOnlyList<KeyValuePair<string, string>> Written)
{
    /// <summary>A page is asked without _count by people; 50 fit a screen and are found in the first block.</summary>
    public const int DefaultCount = 50;

    /// <summary>Larger values are lowered: a page must fit clients' buffers (8 MiB) anyway.</summary>
    public const int MostCount = 10_000;

    /// <summary>Of a query that says nothing.</summary>
    public static ResultParameters Standard { get; } = new(DefaultCount, Summary.False, [], TotalMode.Cheap, false, []);

    /// <summary>True when only the number of matches is wanted.</summary>
    public bool CountOnly => Summary == Summary.Count || Count == 0;

    static readonly FrozenDictionary<string, Summary> Summaries = new Dictionary<string, Summary>
    {
        ["true"] = Summary.True, ["false"] = Summary.False, ["text"] = Summary.Text, ["data"] = Summary.Data, ["count"] = Summary.Count,
    }.ToFrozenDictionary();

    static readonly FrozenDictionary<string, TotalMode> Totals = new Dictionary<string, TotalMode>
    {
        ["none"] = TotalMode.None, ["estimate"] = TotalMode.Cheap, ["accurate"] = TotalMode.Accurate,
    }.ToFrozenDictionary();

    static readonly FrozenSet<string> Names = FrozenSet.Create("_count", "_summary", "_elements", "_total", "_format", "_pretty");

    /// <summary>Takes the result parameters out of a query; what is left chooses the resources.</summary>
    /// <param name="nested">Of a batch entry: without _count all matches are wanted.</param>
    /// <exception cref="FhirErrorException">400: one has a value it cannot have, or there are too many.</exception>
    public static (ResultParameters Results, List<KeyValuePair<string, string>> Criteria) Split(IReadOnlyList<KeyValuePair<string, string>> query, bool nested = false)
    {
        if (query.Count > QueryStringParser.MostParameters) throw new FhirErrorException(FhirErrors.TooManyParameters(query.Count, QueryStringParser.MostParameters));
        var results = Standard with { Count = nested ? MostCount : DefaultCount };
        var written = new List<KeyValuePair<string, string>>();
        var criteria = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in query)
        {
            if (!Names.Contains(name))
            {
                criteria.Add(KeyValuePair.Create(name, value));
            }
            else if (value.Length > 0)
            {
                results = results.With(name, value);
                if (name != "_elements") written.RemoveAll(pair => pair.Key == name);     // the last one counts
                if (name != "_count") written.Add(KeyValuePair.Create(name, value));
                else written.Add(KeyValuePair.Create(name, results.Count.ToString(CultureInfo.InvariantCulture)));
            }
        }

        if (results.Elements.Count > 0 && results.Summary != Summary.False)
        {
            throw new FhirErrorException(FhirErrors.BadParameter("_elements", "_elements and _summary cannot be given together."));
        }

        return (results with { Written = written }, criteria);
    }

    ResultParameters With(string name, string value) => name switch
    {
        "_count" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? this with { Count = Math.Min(count, MostCount) }
            : value.All(char.IsAsciiDigit) ? this with { Count = MostCount } : throw Bad(name, $"_count is a number from 0 on, not '{value}'."),
        "_summary" => this with { Summary = Summaries.TryGetValue(value, out var summary) ? summary : throw Bad(name, $"_summary is true, text, data, count or false, not '{value}'.") },
        "_total" => this with { Total = Totals.TryGetValue(value, out var total) ? total : throw Bad(name, $"_total is none, estimate or accurate, not '{value}'.") },
        "_elements" => this with { Elements = [.. Elements, .. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)] },
        "_pretty" => this with { Pretty = value == "true" },
        _ => this,
    };

    static FhirErrorException Bad(string name, string text) => new(FhirErrors.BadParameter(name, text));
}
