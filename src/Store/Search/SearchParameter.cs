using Hl7.Fhir.Model;

namespace Dicom2Fhir.Store.Search;

public enum SearchKind
{
    Token,
    Uri,
    Date,
    Reference,
    Number,
    Quantity,
    Text,
    Composite,
}

/// <summary>How the values of a parameter are indexed.</summary>
public enum SearchStorage
{
    /// <summary>Few distinct values: a bitmap each.</summary>
    Terms,

    /// <summary>Nearly as many values as resources: typed rows.</summary>
    Rows,

    /// <summary>Bitmaps of days, months and years, and rows for the time within a day.</summary>
    Calendar,

    /// <summary>Bitmaps of the first digits, and rows for longer numbers.</summary>
    Cells,

    /// <summary>A column of the resource itself.</summary>
    Resource,
}

/// <summary>A part of a composite: name of the parameter it is a value of.</summary>
public sealed record CompositePart(string Name, SearchKind Kind);

/// <summary>One search parameter of one type.</summary>
/// <param name="Names">The first is the name in /metadata and in the index; all are accepted.</param>
/// <param name="Elements">The elements the parameter reads in a resource of the type, as the expression of its definition gives them; for a composite the values are <see cref="Tuples"/>.</param>
/// <param name="Definition">Canonical of the SearchParameter.</param>
public sealed record SearchParameter(
    ServedType Type,
    IReadOnlyList<string> Names,
    SearchKind Kind,
    SearchStorage Storage,
    Func<Resource, IEnumerable<Base?>> Elements,
    string Definition,
    string Documentation)
{
    public string Name => Names[0];

    /// <summary>The parameters a composite is made of, in the order of its parts.</summary>
    public IReadOnlyList<CompositePart> Parts { get; init; } = [];

    /// <summary>For a composite: for every element (series, component) the elements of each part.</summary>
    public Func<Resource, IEnumerable<IReadOnlyList<IEnumerable<Base?>>>>? Tuples { get; init; }

    /// <summary>Types a reference may have: what a bare id means. Empty: any.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>A token over a boolean element: true and false are the only values.</summary>
    public bool IsBoolean { get; init; }

    /// <summary>A token over an id or UID: it has no system.</summary>
    public bool IsBare { get; init; }

    /// <summary>Tokens over codings and concepts have words (:text).</summary>
    public bool HasText { get; init; }

    /// <summary>Tokens over identifiers have a type (:of-type).</summary>
    public bool HasType { get; init; }

    /// <summary>Body sites: :below follows the regions of the body.</summary>
    public bool IsBodySite { get; init; }

    /// <summary>Integers that come in runs (1..300): a row holds a run.</summary>
    public bool HasRuns { get; init; }

    /// <summary>Its value is the writer's, which knows it when it writes.</summary>
    public bool IsOfWriting { get; init; }

    /// <summary>Reads instances: not offered where resources hold only their counts (Instances=counts).</summary>
    public bool IsOfInstances { get; init; }

    /// <summary>The parameter of the type whose value stands in the place of the reference: code for medication.</summary>
    public string? Inline { get; init; }

    /// <summary>FHIRPath of our own parameters; of the others the definition says it.</summary>
    public string? Expression { get; init; }

    /// <summary>Results can be ordered by it.</summary>
    public bool IsSortable => Kind != SearchKind.Composite && !(Kind == SearchKind.Token && Storage == SearchStorage.Rows);

    /// <summary>The values in a resource of the type.</summary>
    public IReadOnlyList<IndexValue> Values(Resource resource)
    {
        var values = new List<IndexValue>();
        if (Tuples is null) foreach (var element in Elements(resource)) ElementValues.Add(element, Kind, values);
        else foreach (var parts in Tuples(resource)) ElementValues.AddTuples(parts, Parts, values);
        return values;
    }
}
