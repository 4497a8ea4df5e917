using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search.Parameters;

/// <summary>Writes the rows of one type: a method a kind.</summary>
sealed class ParameterRows<T>(ServedType type)
    where T : Resource
{
    /// <summary>Few distinct values.</summary>
    public SearchParameter Token(string name, Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        Row([name], SearchKind.Token, SearchStorage.Terms, elements, definition, documentation) with { HasText = true };

    /// <summary>true or false.</summary>
    public SearchParameter Boolean(string name, Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        Row([name], SearchKind.Token, SearchStorage.Terms, elements, definition, documentation) with { IsBoolean = true };

    /// <summary>An element of type code: no words beside it.</summary>
    public SearchParameter Code(string name, Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        Row([name], SearchKind.Token, SearchStorage.Terms, elements, definition, documentation);

    public SearchParameter Identifier(Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        Row(["identifier"], SearchKind.Token, SearchStorage.Rows, elements, definition, documentation) with { HasType = true, HasText = true };

    /// <summary>A UID or id: as many values as resources or more, no system.</summary>
    public SearchParameter Bare(string name, Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        Row([name], SearchKind.Token, SearchStorage.Rows, elements, definition, documentation) with { IsBare = true };

    public SearchParameter Date(string name, Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        Row([name], SearchKind.Date, SearchStorage.Calendar, elements, definition, documentation);

    public SearchParameter Number(string name, Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        Row([name], SearchKind.Number, SearchStorage.Cells, elements, definition, documentation);

    public SearchParameter Quantity(string name, Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        Row([name], SearchKind.Quantity, SearchStorage.Cells, elements, definition, documentation);

    public SearchParameter String(string name, Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        Row([name], SearchKind.Text, SearchStorage.Rows, elements, definition, documentation);

    public SearchParameter Reference(string name, string[] targets, Func<T, IEnumerable<ResourceReference?>> elements, string definition, string documentation) =>
        Row([name], SearchKind.Reference, SearchStorage.Rows, elements, definition, documentation) with { Targets = targets };

    /// <summary>References to a Patient among references that may have other types.</summary>
    public SearchParameter Patient(Func<T, ResourceReference?> element, string definition) =>
        Reference("patient", ["Patient"], resource => References.ToPatient(element(resource)), definition, "The patient.");

    /// <param name="tuples">For every element the elements of each part.</param>
    public SearchParameter Composite(
        string name, CompositePart[] parts, Func<T, IEnumerable<IReadOnlyList<IEnumerable<Base?>>>> tuples, string definition, string documentation) =>
        Row([name], SearchKind.Composite, SearchStorage.Terms, _ => [], definition, documentation) with { Parts = parts, Tuples = resource => tuples((T)resource) };

    SearchParameter Row(
        IReadOnlyList<string> names, SearchKind kind, SearchStorage storage, Func<T, IEnumerable<Base?>> elements, string definition, string documentation) =>
        new(type, names, kind, storage, resource => elements((T)resource), definition, documentation);
}

/// <summary>Where the definitions of search parameters stand.</summary>
static class DefinedBy
{
    public const string Hl7 = "http://hl7.org/fhir/SearchParameter/";
    public const string Mii = "https://www.medizininformatik-initiative.de/fhir/modul-meta/SearchParameter/mii-sp-meta-";
}

static class References
{
    /// <summary>The reference when it is, or may be, one to a Patient: resolve() is Patient without resolving.</summary>
    public static IEnumerable<ResourceReference> ToPatient(ResourceReference? reference)
    {
        if (reference is null) yield break;
        var type = reference.Reference is { Length: > 0 } target ? TypeOf(target) : reference.Type;
        if (type is null or "Patient") yield return reference;
    }

    /// <summary>The type a literal reference names; null when it names none (urn:uuid, #contained).</summary>
    public static string? TypeOf(string reference)
    {
        var parts = Unversioned(reference).Split('/');
        return parts.Length >= 2 && parts[^2].Length > 0 && char.IsAsciiLetterUpper(parts[^2][0]) ? parts[^2] : null;
    }

    /// <summary>Without /_history/version.</summary>
    public static string Unversioned(string reference) =>
        reference.IndexOf("/_history/", StringComparison.Ordinal) is var at and > 0 ? reference[..at] : reference;
}
