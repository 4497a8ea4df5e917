using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search;

/// <summary>FHIR elements to index values, by the kind of the parameter (R4 search 3.1.1.4.6 to 3.1.1.4.13).</summary>
static class ElementValues
{
    public static IEnumerable<IndexValue> Of(Base? element, SearchKind kind)
    {
        if (element is null) return [];
        IEnumerable<IndexValue> values = kind switch
        {
            SearchKind.Token => Token(element),
            SearchKind.Uri => element is PrimitiveType { JsonValue: string { Length: > 0 } uri } ? [new IndexValue.Uri(uri)] : [],
            SearchKind.Date => Date(element),
            SearchKind.Reference => Reference(element),
            SearchKind.Number => Decimal(element) is { } number ? [new IndexValue.Number(number)] : [],
            SearchKind.Quantity => element is Quantity { Value: { } value } quantity ? [new IndexValue.Quantity(value, quantity.System ?? "", quantity.Code ?? "", quantity.Unit ?? "")] : [],
            SearchKind.Text => element is PrimitiveType { JsonValue: string { Length: > 0 } text } ? [new IndexValue.Prose(text)] : [],
            _ => [],
        };
        return values.DefaultIfEmpty(new IndexValue.Present());
    }

    /// <summary>Every combination of the parts; none when a part has no value.</summary>
    public static IEnumerable<IndexValue> Tuples(IReadOnlyList<IEnumerable<Base?>> parts, IReadOnlyList<CompositePart> kinds)
    {
        IEnumerable<IReadOnlyList<IndexValue>> tuples = [[]];
        for (var i = 0; i < parts.Count; i++)
        {
            var values = parts[i].SelectMany(element => Of(element, kinds[i].Kind)).Where(value => value is not (IndexValue.Present or IndexValue.Words or IndexValue.TypedToken)).Distinct().ToList();
            tuples = tuples.SelectMany(_ => values, (tuple, value) => (IReadOnlyList<IndexValue>)[.. tuple, value]);
        }

        return tuples.Select(tuple => new IndexValue.Tuple(tuple));
    }

    static IEnumerable<IndexValue> Token(Base element) => element switch
    {
        Coding coding => Coding(coding),
        CodeableConcept concept => [.. concept.Coding.SelectMany(Coding), .. Words(concept.Text)],
        Identifier identifier => Identifier(identifier),
        FhirBoolean { Value: { } value } => [new IndexValue.Token("", value ? "true" : "false")],
        PrimitiveType { JsonValue: string { Length: > 0 } text } => [new IndexValue.Token((element as ICoded)?.ToCodings().FirstOrDefault()?.System ?? "", text)],      // a code: of its bound value set
        _ => [],
    };

    static IEnumerable<IndexValue> Coding(Coding coding) =>
        coding.Code is { Length: > 0 } code ? [new IndexValue.Token(coding.System ?? "", code), .. Words(coding.Display)] : Words(coding.Display);

    static IEnumerable<IndexValue> Words(string? text) => string.IsNullOrWhiteSpace(text) ? [] : [new IndexValue.Words(text)];

    static IEnumerable<IndexValue> Identifier(Identifier identifier)
    {
        if (identifier.Value is { Length: > 0 } value)
        {
            yield return new IndexValue.Token(identifier.System ?? "", value);
            foreach (var type in identifier.Type?.Coding ?? [])
            {
                if (type.Code is { Length: > 0 } code) yield return new IndexValue.TypedToken(type.System ?? "", code, value);
            }
        }

        foreach (var words in Words(identifier.Type?.Text)) yield return words;
    }

    static IEnumerable<IndexValue> Date(Base element) => element switch
    {
        Period period when period.Start is { Length: > 0 } || period.End is { Length: > 0 } => [new IndexValue.Span(period.Start, period.End)],
        Instant { JsonValue: string { Length: > 0 } text } => [new IndexValue.Moment(text)],
        FhirDateTime { Value: { Length: > 0 } text } => [new IndexValue.Moment(text)],
        Date { Value: { Length: > 0 } text } => [new IndexValue.Moment(text)],
        _ => [],
    };

    static IEnumerable<IndexValue> Reference(Base element)
    {
        if (element is not ResourceReference reference) yield break;
        if (reference.Reference is { Length: > 0 } target)
        {
            yield return new IndexValue.Reference(target);
            var unversioned = Parameters.References.Unversioned(target);
            if (unversioned != target) yield return new IndexValue.Reference(unversioned);
        }

        if (reference.Identifier?.Value is { Length: > 0 } value) yield return new IndexValue.Logical(reference.Identifier.System ?? "", value);
    }

    static decimal? Decimal(Base element) => element switch
    {
        Integer integer => integer.Value,
        UnsignedInt number => number.Value,
        PositiveInt number => number.Value,
        FhirDecimal number => number.Value,
        _ => null,
    };
}
