using System.Text.Json;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Part = Hl7.Fhir.Model.Parameters.ParameterComponent;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>The answer of __explain=true (Search__Explain=on): a Parameters resource with the plan of the search in words, terms and SQL.</summary>
static class ExplainedAnswer
{
    public const string Parameter = "__explain";

    static readonly JsonSerializerOptions Writing = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);

    /// <summary>Takes the wish out of a query.</summary>
    /// <exception cref="FhirErrorException">400: it is not offered here, or neither true nor false.</exception>
    public static (bool IsWanted, IReadOnlyList<KeyValuePair<string, string>> Query) Take(IReadOnlyList<KeyValuePair<string, string>> query, bool isOffered)
    {
        var wishes = query.Where(pair => pair is { Key: Parameter, Value.Length: > 0 }).Select(pair => pair.Value).ToList();
        if (wishes.Count == 0) return (false, query);
        if (!isOffered) throw new FhirErrorException(new FhirError(400, "not-supported", "Plans are shown only where Search__Explain=on is set.", "http." + Parameter));
        if (wishes.Exists(wish => wish is not ("true" or "false"))) throw new FhirErrorException(FhirErrors.BadParameter(Parameter, $"{Parameter} is true or false."));
        return (wishes[^1] == "true", [.. query.Where(pair => pair.Key != Parameter)]);
    }

    public static FhirAnswer Of(SearchExplanation explanation)
    {
        if (explanation.Problem is not null) throw new FhirErrorException(FhirErrors.Of(explanation.Problem));
        var plan = new Parameters { Parameter = [.. explanation.Searches.Select(Search)] };
        return new FhirAnswer(200, JsonSerializer.SerializeToUtf8Bytes<Resource>(plan, Writing));
    }

    static Part Search(ExplainedSearch search) => new()
    {
        Name = "search",
        Part =
        [
            Text("type", search.Type.Name),
            .. search.Criteria.Select(Criterion),
            Text("sql", search.Sql),
            .. search.Values.Select((value, i) => Text(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"${i + 1}"), value)),
            Number("estimatedRows", search.EstimatedRows),
        ],
    };

    static Part Criterion(ExplainedCriterion criterion) => new()
    {
        Name = "criterion",
        Part =
        [
            Text("name", criterion.Name),
            Text("value", criterion.Value),
            Text("meaning", criterion.Meaning),
            new Part { Name = "rows", Value = new FhirBoolean(criterion.UsesRows) },
            Number("terms", criterion.TermCount),
            .. criterion.Terms.Select(term => new Part
            {
                Name = "term",
                Part = [Text("kind", term.Kind), Text("system", term.System), Text("code", term.Code), Number("rows", term.Rows)],
            }),
        ],
    };

    // FHIR has no empty strings.
    static Part Text(string name, string value) => new() { Name = name, Value = value.Length == 0 ? null : new FhirString(value) };

    static Part Number(string name, long value) => new() { Name = name, Value = new FhirDecimal(value) };
}
