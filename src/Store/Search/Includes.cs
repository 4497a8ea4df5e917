namespace Dicom2Fhir.Store.Search;

/// <summary>Reads _include and _revinclude: Source:parameter[:Target], Source:*, or * (R4 search 3.1.1.5.4).</summary>
static class Includes
{
    public static bool IsName(string name) => name is "_include" or "_revinclude" || name.StartsWith("_include:", StringComparison.Ordinal) || name.StartsWith("_revinclude:", StringComparison.Ordinal);

    public static IEnumerable<QueryProblem> Read(IReadOnlyList<ServedType> types, string name, string value, List<Include> includes)
    {
        if (name.Contains(':', StringComparison.Ordinal))
        {
            return [new QueryProblem(QueryProblemKind.NotSupported, name, $"{Nearest.Short(name)}: includes are not followed further; name each step of one match.", false)];
        }

        var (include, text, kind) = Read(types, name == "_revinclude", value);
        if (include is null) return [new QueryProblem(kind, name, $"{name}: {text}", kind == QueryProblemKind.NotSupported)];
        includes.AddRange(include);
        return [];
    }

    static (IReadOnlyList<Include>? Includes, string Text, QueryProblemKind Kind) Read(IReadOnlyList<ServedType> types, bool reverse, string value)
    {
        if (value == "*")
        {
            return reverse
                ? Fault("* is not offered; name Type:parameter.", QueryProblemKind.NotSupported)
                : ([.. types.Select((type, i) => new Include(value, false, type, AllReferences(type), null) { IsPrinted = i == 0 })], "", default);
        }

        var parts = value.Split(':');
        if (parts.Length is < 2 or > 3 || parts.Any(part => part.Length == 0)) return Fault($"'{Nearest.Short(value)}' is not Type:parameter or Type:parameter:Target.", QueryProblemKind.Invalid);
        if (ServedType.Find(parts[0]) is not { } source)
        {
            return ResourceTypes.IsKnown(parts[0])
                ? Fault($"resources of type {parts[0]} are not stored here.", QueryProblemKind.NotSupported)
                : Fault($"'{Nearest.Short(parts[0])}' is no resource type.", QueryProblemKind.Invalid);
        }

        if (!reverse && !types.Contains(source)) return Fault($"{source.Name} is not the type searched; includes of included resources are not offered.", QueryProblemKind.NotSupported);
        if (parts.Length == 3 && !ResourceTypes.IsKnown(parts[2])) return Fault($"'{Nearest.Short(parts[2])}' is no resource type.", QueryProblemKind.Invalid);
        var target = parts.Length == 3 ? ServedType.Find(parts[2]) : null;
        if (parts.Length == 3 && target is null) return Fault($"resources of type {parts[2]} are not stored here.", QueryProblemKind.NotSupported);
        if (parts[1] == "*") return ([new Include(value, reverse, source, AllReferences(source), target)], "", default);

        if (SearchParameters.Find(source, parts[1]) is not { } parameter) return Fault(Nearest.Unknown(source, parts[1]), QueryProblemKind.NotSupported);
        if (parameter.Kind != SearchKind.Reference) return Fault($"{parts[1]} of {source.Name} is no reference.", QueryProblemKind.Invalid);
        return ([new Include(value, reverse, source, [parameter], target)], "", default);
    }

    static IReadOnlyList<SearchParameter> AllReferences(ServedType type) => [.. SearchParameters.Of(type).Where(parameter => parameter.Kind == SearchKind.Reference)];

    static (IReadOnlyList<Include>?, string, QueryProblemKind) Fault(string text, QueryProblemKind kind) => (null, text, kind);
}
