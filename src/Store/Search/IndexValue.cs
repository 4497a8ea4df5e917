using Hl7.Fhir.Model;
using Hl7.Fhir.Utility;

namespace Dicom2Fhir.Store.Search;

/// <summary>One value a search parameter finds in a resource.</summary>
public abstract record IndexValue
{
    /// <summary>A code; system "" when the coding states none.</summary>
    public sealed record Token(string System, string Code) : IndexValue;

    public sealed record Uri(string Value) : IndexValue;

    /// <summary>A FHIR date as written.</summary>
    public sealed record Moment(string Text) : IndexValue;

    /// <summary>"Type/id" of this server, or an absolute URL as written.</summary>
    public sealed record Reference(string Target) : IndexValue;

    /// <summary>The parts of a composite, in the order of its components, all of one series.</summary>
    public sealed record Tuple(IReadOnlyList<Token> Parts) : IndexValue;

    /// <summary>The element is there without anything to search for (a CodeableConcept of text alone): counts for :missing only.</summary>
    public sealed record Present : IndexValue;
}

/// <summary>FHIR elements to index values.</summary>
static class Term
{
    public static IEnumerable<IndexValue> Of(Coding? coding)
    {
        if (coding is null) return [];
        return coding.Code is { Length: > 0 } code ? [new IndexValue.Token(coding.System ?? "", code)] : [new IndexValue.Present()];
    }

    public static IEnumerable<IndexValue> Of(IEnumerable<Coding> codings) => codings.SelectMany(Of);

    public static IEnumerable<IndexValue> Of(bool? value) => value is { } known ? [new IndexValue.Token("", known ? "true" : "false")] : [];

    /// <summary>An element of type code: its system is that of the bound value set (R4 search 3.1.1.4.10).</summary>
    public static IEnumerable<IndexValue> Of<T>(Code<T>? code)
        where T : struct, Enum =>
        code?.JsonValue is string literal ? [new IndexValue.Token(code.Value?.GetSystem() ?? "", literal)] : [];

    public static IEnumerable<IndexValue> Of(Identifier identifier) =>
        identifier.Value is { Length: > 0 } value ? [new IndexValue.Token(identifier.System ?? "", value)] : [new IndexValue.Present()];

    public static IEnumerable<IndexValue> Of(FhirDateTime? date) => date?.Value is { Length: > 0 } text ? [new IndexValue.Moment(text)] : [];

    public static IEnumerable<IndexValue> Of(ResourceReference? reference)
    {
        if (reference is null) return [];
        return reference.Reference is { Length: > 0 } target ? [new IndexValue.Reference(target)] : [new IndexValue.Present()];
    }

    /// <summary>Every combination of the parts; none when a part has no token.</summary>
    public static IEnumerable<IndexValue> Tuples(IEnumerable<IndexValue> first, IEnumerable<IndexValue> second) =>
        from left in first.OfType<IndexValue.Token>()
        from right in second.OfType<IndexValue.Token>()
        select new IndexValue.Tuple([left, right]);
}
