using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search;

/// <summary>FHIR elements to index values, by the kind of the parameter (R4 search 3.1.1.4.6 to 3.1.1.4.13).</summary>
static class ElementValues
{
    public static void Add(Base? element, SearchKind kind, List<IndexValue> values)
    {
        if (element is null) return;
        var before = values.Count;
        switch (kind)
        {
            case SearchKind.Token: AddToken(element, values); break;
            case SearchKind.Uri: if (Text(element) is { } uri) values.Add(new IndexValue.Uri(uri)); break;
            case SearchKind.Date: AddDate(element, values); break;
            case SearchKind.Reference: AddReference(element, values); break;
            case SearchKind.Number: if (Decimal(element) is { } number) values.Add(new IndexValue.Number(number)); break;
            case SearchKind.Quantity: if (element is Quantity { Value: { } value } quantity) values.Add(new IndexValue.Quantity(value, quantity.System ?? "", quantity.Code ?? "", quantity.Unit ?? "")); break;
            case SearchKind.Text: if (Text(element) is { } prose) values.Add(new IndexValue.Prose(prose)); break;
        }

        if (values.Count == before) values.Add(new IndexValue.Present());
    }

    /// <summary>Every combination of the parts; none when a part has no value.</summary>
    public static void AddTuples(IReadOnlyList<IEnumerable<Base?>> parts, IReadOnlyList<CompositePart> kinds, List<IndexValue> values)
    {
        List<IndexValue[]> tuples = [[]];
        var ofPart = new List<IndexValue>();
        for (var i = 0; i < parts.Count && tuples.Count > 0; i++)
        {
            ofPart.Clear();
            foreach (var element in parts[i]) Add(element, kinds[i].Kind, ofPart);
            var longer = new List<IndexValue[]>(1);
            foreach (var tuple in tuples)
            {
                foreach (var value in ofPart)
                {
                    if (value is not (IndexValue.Present or IndexValue.Words or IndexValue.TypedToken)) longer.Add([.. tuple, value]);
                }
            }

            tuples = longer;
        }

        foreach (var tuple in tuples) values.Add(new IndexValue.Tuple(tuple));
    }

    static void AddToken(Base element, List<IndexValue> values)
    {
        switch (element)
        {
            case Coding coding:
                AddCoding(coding, values);
                break;
            case CodeableConcept concept:
                foreach (var coding in concept.Coding) AddCoding(coding, values);
                AddWords(concept.Text, values);
                break;
            case Identifier identifier:
                AddIdentifier(identifier, values);
                break;
            case FhirBoolean { Value: { } value }:
                values.Add(new IndexValue.Token("", value ? "true" : "false"));
                break;
            case PrimitiveType:
                if (Text(element) is { } code) values.Add(new IndexValue.Token((element as ICoded)?.ToCodings().FirstOrDefault()?.System ?? "", code));      // of its bound value set
                break;
        }
    }

    static void AddCoding(Coding coding, List<IndexValue> values)
    {
        if (coding.Code is { Length: > 0 } code) values.Add(new IndexValue.Token(coding.System ?? "", code));
        AddWords(coding.Display, values);
    }

    static void AddWords(string? text, List<IndexValue> values)
    {
        if (!string.IsNullOrWhiteSpace(text)) values.Add(new IndexValue.Words(text));
    }

    static void AddIdentifier(Identifier identifier, List<IndexValue> values)
    {
        if (identifier.Value is { Length: > 0 } value)
        {
            values.Add(new IndexValue.Token(identifier.System ?? "", value));
            foreach (var type in identifier.Type?.Coding ?? [])
            {
                if (type.Code is { Length: > 0 } code) values.Add(new IndexValue.TypedToken(type.System ?? "", code, value));
            }
        }

        AddWords(identifier.Type?.Text, values);
    }

    static void AddDate(Base element, List<IndexValue> values)
    {
        switch (element)
        {
            case Period period when period.Start is { Length: > 0 } || period.End is { Length: > 0 }:
                values.Add(new IndexValue.Span(period.Start, period.End));
                break;
            case Instant:
                if (Text(element) is { } instant) values.Add(new IndexValue.Moment(instant));
                break;
            case FhirDateTime { Value: { Length: > 0 } text }:
                values.Add(new IndexValue.Moment(text));
                break;
            case Date { Value: { Length: > 0 } text }:
                values.Add(new IndexValue.Moment(text));
                break;
        }
    }

    static void AddReference(Base element, List<IndexValue> values)
    {
        if (element is not ResourceReference reference) return;
        if (reference.Reference is { Length: > 0 } target)
        {
            values.Add(new IndexValue.Reference(target));
            var unversioned = Parameters.References.Unversioned(target);
            if (unversioned != target) values.Add(new IndexValue.Reference(unversioned));
        }

        if (reference.Identifier?.Value is { Length: > 0 } value) values.Add(new IndexValue.Logical(reference.Identifier.System ?? "", value));
    }

    static string? Text(Base element) => element is PrimitiveType { JsonValue: string { Length: > 0 } text } ? text : null;

    static decimal? Decimal(Base element) => element switch
    {
        Integer integer => integer.Value,
        UnsignedInt number => number.Value,
        PositiveInt number => number.Value,
        FhirDecimal number => number.Value,
        _ => null,
    };
}
