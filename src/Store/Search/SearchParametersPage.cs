using System.Text;

namespace Dicom2Fhir.Store.Search;

/// <summary>docs/search-parameters.md, made from the parameter table.</summary>
public static class SearchParametersPage
{
    public static string Write()
    {
        var page = new StringBuilder();
        page.Append(
            """
            # Search parameters

            Made from the rows in `src/Store/Search/Parameters` by the unit test `SearchParametersPageTests`; do not edit (`DICOM2FHIR_UPDATE=1`
            refreshes it). How values, prefixes and modifiers are read is in [search.md](search.md).


            """);
        WriteTable(page, "Every resource type", SearchParameters.Of(ServedType.Device).Where(parameter => parameter.Name.StartsWith('_')));
        foreach (var type in ServedType.All)
        {
            var own = SearchParameters.Of(type).Where(parameter => !parameter.Name.StartsWith('_')).ToList();
            if (own.Count > 0) WriteTable(page, type.Name, own);
        }

        page.Append("The types served: ").AppendJoin(", ", ServedType.All.Select(type => type.Name)).Append(".\n");
        return page.ToString();
    }

    static void WriteTable(StringBuilder page, string title, IEnumerable<SearchParameter> parameters)
    {
        page.Append("## ").Append(title).Append("\n\n| Name | Type | Modifiers | Meaning | Index | Definition |\n|---|---|---|---|---|---|\n");
        foreach (var parameter in parameters)
        {
            string[] cells =
            [
                string.Join(", ", parameter.Names.Select(name => $"`{name}`")),
                parameter.Kind == SearchKind.Text ? "string" : parameter.Kind.ToString().ToLowerInvariant(),
                string.Join(" ", Modifiers.Of(parameter).Select(word => ":" + word)) + (parameter.Kind == SearchKind.Reference ? " :Type" : ""),
                parameter.Documentation.Replace("|", "\\|", StringComparison.Ordinal),
                IndexText(parameter.Storage),
                parameter.Definition,
            ];
            page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        page.Append('\n');
    }

    static string IndexText(SearchStorage storage) => storage switch
    {
        SearchStorage.Terms => "a bitmap a value",
        SearchStorage.Rows => "typed rows",
        SearchStorage.Cells => "bitmaps of one, two, three digits; rows of longer numbers",
        SearchStorage.Calendar => "bitmaps of days, months, years; rows within a day",
        _ => "the resource itself",
    };
}
