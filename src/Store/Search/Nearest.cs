namespace Dicom2Fhir.Store.Search;

/// <summary>The known names nearest to one that is not.</summary>
static class Nearest
{
    public static string Unknown(ServedType type, string name) =>
        $"{type.Name} has no search parameter '{Short(name)}'; the nearest are {string.Join(", ", Of(name, SearchParameters.Of(type).SelectMany(parameter => parameter.Names)))}.";

    public static IEnumerable<string> Of(string name, IEnumerable<string> known) =>
        known.OrderBy(one => Distance(one, name)).ThenBy(one => one, StringComparer.Ordinal).Take(3);

    /// <summary>What is quoted from a query: hostile values are long.</summary>
    public static string Short(string text) => text.Length <= 200 ? text : text[..200] + "...";

    // Levenshtein's distance, a row at a time; names are short, longer ones are cut.
    static int Distance(string left, string right)
    {
        right = right.Length > 60 ? right[..60] : right;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
