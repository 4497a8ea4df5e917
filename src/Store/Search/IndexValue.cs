namespace Dicom2Fhir.Store.Search;

/// <summary>One value a search parameter finds in a resource.</summary>
public abstract record IndexValue
{
    /// <summary>A code; system "" when the coding states none.</summary>
    public sealed record Token(string System, string Code) : IndexValue;

    /// <summary>Words beside a code: display, text. For :text.</summary>
    public sealed record Words(string Text) : IndexValue;

    /// <summary>An identifier by its type. For :of-type.</summary>
    public sealed record TypedToken(string TypeSystem, string TypeCode, string Value) : IndexValue;

    public sealed record Uri(string Value) : IndexValue;

    /// <summary>A FHIR date as written.</summary>
    public sealed record Moment(string Text) : IndexValue;

    /// <summary>A period; null where it is open.</summary>
    public sealed record Span(string? Start, string? End) : IndexValue;

    /// <summary>"Type/id" of this server, or an absolute URL as written.</summary>
    public sealed record Reference(string Target) : IndexValue;

    /// <summary>The identifier of a reference. For :identifier.</summary>
    public sealed record Logical(string System, string Value) : IndexValue;

    public sealed record Number(decimal Value) : IndexValue;

    /// <summary>System, code and unit are "" where the quantity states none.</summary>
    public sealed record Quantity(decimal Value, string System, string Code, string Unit) : IndexValue;

    public sealed record Prose(string Value) : IndexValue;

    /// <summary>The parts of a composite, in the order of its components, all of one element: tokens, the last may be of another kind.</summary>
    public sealed record Tuple(IReadOnlyList<IndexValue> Parts) : IndexValue;

    /// <summary>The element is there without anything to search for (a CodeableConcept of text alone): counts for :missing only.</summary>
    public sealed record Present : IndexValue;
}
