using System.Globalization;
using System.Text;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>A mapping file taken apart: what it maps, and what is wrong with it.</summary>
/// <param name="Problems">One sentence each with the line's number, never a value.</param>
sealed record PseudonymFile(IReadOnlyDictionary<string, string> Pseudonyms, IReadOnlyList<string> Problems)
{
    /// <summary>Enough to see what is wrong; a file in another format has one in every line.</summary>
    const int MostProblems = 10;

    /// <summary>
    /// CSV "original,pseudonym" (RFC 4180, or with semicolons as a German spreadsheet writes it), UTF-8; a first line of just these two words is a
    /// header. The same pair twice is no problem.
    /// </summary>
    public static PseudonymFile Read(TextReader text)
    {
        var pseudonyms = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var holders = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var problems = new List<string>();
        char? separator = null;
        for (var number = 1; text.ReadLine() is { } line && problems.Count < MostProblems; number++)
        {
            if (line.AsSpan().Trim().IsEmpty) continue;
            separator ??= line.Contains(';', StringComparison.Ordinal) && !line.Contains(',', StringComparison.Ordinal) ? ';' : ',';
            var fields = Fields(line, separator.Value);
            if (number == 1 && IsHeader(fields)) continue;
            if (Problem(fields) is { } problem) Note(number, problem);
            else Add(number, fields![0].Trim(), fields[1].Trim());
        }

        return new PseudonymFile(pseudonyms, problems);

        void Add(int number, string original, string pseudonym)
        {
            if (lines.TryGetValue(original, out var before))
            {
                if (pseudonyms[original] != pseudonym) Note(number, string.Create(CultureInfo.InvariantCulture, $"the original of line {before} has another pseudonym"));
                return;
            }

            if (holders.TryGetValue(pseudonym, out var holder))
            {
                Note(number, string.Create(CultureInfo.InvariantCulture, $"the pseudonym of line {holder} is given to another original"));
                return;
            }

            (pseudonyms[original], lines[original], holders[pseudonym]) = (pseudonym, number, number);
        }

        void Note(int number, string problem) => problems.Add(string.Create(CultureInfo.InvariantCulture, $"line {number}: {problem}"));
    }

    static bool IsHeader(List<string>? fields) =>
        fields is [var first, var second] && first.Trim().Equals("original", StringComparison.OrdinalIgnoreCase) && second.Trim().Equals("pseudonym", StringComparison.OrdinalIgnoreCase);

    static string? Problem(List<string>? fields) => fields switch
    {
        null => "a quote is not closed or stands in the middle",
        not [_, _] => string.Create(CultureInfo.InvariantCulture, $"{fields.Count} fields, not original and pseudonym"),
        [var original, _] when original.Trim().Length == 0 => "no original",
        [_, var pseudonym] when pseudonym.Trim().Length == 0 => "no pseudonym",
        [var original, var pseudonym] => PatientPseudonyms.Fault(original.Trim(), pseudonym.Trim()),
    };

    // Null: quotes that do not fit. A line break inside quotes occurs in no Patient ID.
    static List<string>? Fields(string line, char separator)
    {
        var fields = new List<string>();
        for (var at = 0; ; at++)
        {
            var field = new StringBuilder();
            if (at < line.Length && line[at] == '"')
            {
                for (at++; ; at++)
                {
                    if (at >= line.Length) return null;
                    if (line[at] != '"') field.Append(line[at]);
                    else if (at + 1 < line.Length && line[at + 1] == '"') field.Append(line[at++]);
                    else break;
                }

                at++;
            }
            else
            {
                for (; at < line.Length && line[at] != separator; at++) field.Append(line[at]);
            }

            fields.Add(field.ToString());
            if (at >= line.Length) return fields;
            if (line[at] != separator) return null;
        }
    }
}
