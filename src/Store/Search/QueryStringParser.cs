namespace Dicom2Fhir.Store.Search;

/// <summary>Query string to request. Names with chains and modifiers are read by <see cref="CriterionParser"/>, values by kind in <see cref="SearchValues"/>.</summary>
public static class QueryStringParser
{
    /// <summary>A query a person or portal writes has under 30; the limit keeps a hostile one from joining thousands of bitmaps.</summary>
    public const int MostParameters = 100;

    /// <summary>Portals send lists of patients and codes; 20,000 make a form of about 1 MB.</summary>
    public const int MostValues = 20_000;

    /// <summary>Keys of _sort: people write two.</summary>
    public const int MostSortKeys = 5;

    /// <summary>A search over one type.</summary>
    /// <param name="parameters">Decoded names and values without the facade's result parameters; empty values are dropped.</param>
    public static ParsedQuery Parse(ServedType type, IEnumerable<KeyValuePair<string, string>> parameters, QueryContext context) =>
        Parse([type], [], parameters, context, isSystem: false);

    /// <summary>Patient/{id}/{type}: only resources in the compartment of the patient.</summary>
    public static ParsedQuery ParseCompartment(string patientId, ServedType type, IEnumerable<KeyValuePair<string, string>> parameters, QueryContext context) =>
        Compartments.Of(type, patientId, context) is { } compartment
            ? Parse([type], [compartment], parameters, context, isSystem: false)
            : new ParsedQuery(
                new SearchRequest([new TypeSearch(type, [])]),
                [new QueryProblem(QueryProblemKind.NotSupported, type.Name, $"{type.Name} is not in the compartment of a patient.", false)]);

    /// <summary>A search over the base: the types of _type, or all.</summary>
    public static ParsedQuery ParseSystem(IEnumerable<KeyValuePair<string, string>> parameters, QueryContext context)
    {
        var all = parameters.ToList();
        var names = all.Where(pair => pair.Key == "_type").SelectMany(pair => pair.Value.Split(',')).Where(name => name.Length > 0).Distinct().ToList();
        if (names.Find(name => ServedType.Find(name) is null) is { } unknown)
        {
            var text = $"_type: '{unknown}' is not served; served are {string.Join(", ", ServedType.All.Select(type => type.Name))}.";
            return new ParsedQuery(new SearchRequest([new TypeSearch(ServedType.ImagingStudy, [])]), [new QueryProblem(QueryProblemKind.Invalid, "_type", text, false)]);
        }

        IReadOnlyList<ServedType> types = names.Count == 0 ? ServedType.All : [.. names.Select(name => ServedType.Find(name)!)];
        return Parse(types, [], all.Where(pair => pair.Key != "_type"), context, isSystem: true);
    }

    static ParsedQuery Parse(
        IReadOnlyList<ServedType> types, IReadOnlyList<Criterion> given, IEnumerable<KeyValuePair<string, string>> parameters, QueryContext context, bool isSystem)
    {
        var criteria = types.Select(_ => given.ToList()).ToList();
        var sort = new List<SortKey>();
        var includes = new List<Include>();
        var problems = new List<QueryProblem>();
        var count = 0;
        foreach (var (name, value) in parameters)
        {
            if (value.Length == 0) continue;
            if (++count > MostParameters)
            {
                problems.Add(new QueryProblem(QueryProblemKind.TooCostly, name, $"A query has at most {MostParameters} parameters.", false));
                break;
            }

            if (name == "_sort") problems.AddRange(ReadSort(types, value, sort));
            else if (Includes.IsName(name)) problems.AddRange(Includes.Read(types, name, value, includes));
            else problems.AddRange(ReadCriterion(types, name, value, context, criteria));
        }

        var request = new SearchRequest([.. types.Zip(criteria, (type, of) => new TypeSearch(type, of))]) { Sort = sort, Includes = includes, IsSystem = isSystem, Bases = CriterionParser.Bases(context) };
        return new ParsedQuery(request, problems);
    }

    // A criterion of a search over several types has to be one of each of them.
    static IEnumerable<QueryProblem> ReadCriterion(
        IReadOnlyList<ServedType> types, string name, string value, QueryContext context, List<List<Criterion>> criteria)
    {
        var read = new List<Criterion>(types.Count);
        foreach (var type in types)
        {
            var (criterion, problem) = CriterionParser.Parse(type, name, value, context);
            if (criterion is null) return [problem!];
            read.Add(criterion);
        }

        for (var i = 0; i < types.Count; i++) criteria[i].Add(read[i]);
        return [];
    }

    static IEnumerable<QueryProblem> ReadSort(IReadOnlyList<ServedType> types, string value, List<SortKey> sort)
    {
        foreach (var key in value.Split(',').Where(key => key.Length > 0))
        {
            var descending = key[0] == '-';
            var name = descending ? key[1..] : key;
            if (types.Count > 1)
            {
                yield return new QueryProblem(QueryProblemKind.NotSupported, "_sort", "_sort is offered for searches over one type.", true);
            }
            else if (SearchParameters.Find(types[0], name) is not { IsSortable: true } parameter)
            {
                yield return new QueryProblem(QueryProblemKind.NotSupported, "_sort", Unsortable(types[0], name), true);
            }
            else if (sort.Count == MostSortKeys)
            {
                yield return new QueryProblem(QueryProblemKind.TooCostly, "_sort", $"_sort has at most {MostSortKeys} keys.", false);
                yield break;
            }
            else
            {
                sort.Add(new SortKey(parameter, name, descending));
            }
        }
    }

    static string Unsortable(ServedType type, string name) => SearchParameters.Find(type, name) is null
        ? $"_sort: {Nearest.Unknown(type, name)}"
        : $"_sort: results are not ordered by '{name}': identifiers, UIDs and composites have no order.";
}
