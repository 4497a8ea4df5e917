using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Outlines;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>What the resources of an answer are cut to, by type. _elements is about what was searched, not about what _include brings along.</summary>
sealed class AnswerFilters(ResultParameters results, bool instances)
{
    readonly Dictionary<ServedType, ElementFilter?> matches = [];
    readonly Dictionary<ServedType, ElementFilter?> included = [];
    readonly Dictionary<long, OutlineParts> parts = [];

    /// <summary>Nothing is cut.</summary>
    public static AnswerFilters None { get; } = new(ResultParameters.Standard, true);

    public ElementFilter? OfMatch(ServedType type) => Of(matches, type, results);

    public ElementFilter? OfIncluded(ServedType type) => Of(included, type, results with { Elements = [] });

    /// <summary>The form of an outline, cut to what is wanted of a match.</summary>
    public OutlineParts PartsOf(ServedType type, Outline outline)
    {
        if (!parts.TryGetValue(outline.Form, out var known)) parts[outline.Form] = known = new OutlineParts(OfMatch(type)!.Apply(OutlineForms.Text(outline.Form)));
        return known;
    }

    ElementFilter? Of(Dictionary<ServedType, ElementFilter?> known, ServedType type, ResultParameters wanted)
    {
        if (!known.TryGetValue(type, out var filter)) known[type] = filter = ElementFilter.Of(type.Name, wanted, instances);
        return filter;
    }
}
