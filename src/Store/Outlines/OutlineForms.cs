using System.Collections.Concurrent;
using System.Text;
using Npgsql;

namespace Dicom2Fhir.Store.Outlines;

/// <summary>
/// The forms of outlines and their numbers. A form is never removed and its number follows from its text, so a process remembers what a number means for
/// good, and that a form is kept as long as it meets the same server; new ones are inserted in a statement of their own, so that no batch waits for another's.
/// </summary>
public static class OutlineForms
{
    /// <summary>About how many forms a database holds; resources of further ones have no outline. A site has some tens; at most 2 kB each are remembered.</summary>
    const int Most = 10_000;

    static readonly ConcurrentDictionary<long, byte[]> Texts = new();

    static readonly ConcurrentDictionary<(string Database, string Form), long> Kept = new();

    /// <summary>Which forms a database keeps is asked anew.</summary>
    internal static void Forget() => Kept.Clear();

    /// <summary>The text of a form that a page was read with, UTF-8.</summary>
    public static byte[] Text(long form) => Texts[form];

    /// <summary>About how many bytes an outline has; more where its form was never read.</summary>
    internal static int LengthOf(Outline outline) => outline.Values.Length + (Texts.TryGetValue(outline.Form, out var text) ? text.Length : Outline.LongestForm);

    /// <summary>Number of each form, once it is kept; null where there is no form or no room for a further one.</summary>
    internal static async Task<long?[]> NumbersAsync(NpgsqlDataSource database, IReadOnlyList<string?> forms, CancellationToken cancellationToken)
    {
        var missing = forms.OfType<string>().Where(form => !Kept.ContainsKey((database.ConnectionString, form))).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (missing.Length > 0) await KeepAsync(database, missing, cancellationToken);
        return [.. forms.Select(form => form is not null && Kept.TryGetValue((database.ConnectionString, form), out var number) ? number : (long?)null)];
    }

    /// <summary>Reads the texts of forms that are not known yet.</summary>
    /// <exception cref="StoreException">One is not there.</exception>
    internal static async Task ReadAsync(NpgsqlConnection connection, IEnumerable<long> forms, CancellationToken cancellationToken)
    {
        var missing = forms.Where(form => !Texts.ContainsKey(form)).Distinct().ToArray();
        if (missing.Length == 0) return;
        await using var command = new NpgsqlCommand("select number, text from outline_form where number = any($1)", connection);
        command.Parameters.AddWithValue(missing);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) Texts[reader.GetInt64(0)] = Encoding.UTF8.GetBytes(reader.GetString(1));
        if (missing.Any(form => !Texts.ContainsKey(form))) throw new StoreException("The form of an outline is missing in the database: dicom2fhir verify says of which resources.");
    }

    // Two texts of one number: the first is kept, resources of the other have no outline.
    static async Task KeepAsync(NpgsqlDataSource database, string[] forms, CancellationToken cancellationToken)
    {
        var numbers = forms.Select(Outline.NumberOf).ToArray();
        await using (var insert = database.CreateCommand(
            """
            insert into outline_form (number, text)
            select v.number, v.text from unnest($1::bigint[], $2::text[]) v(number, text)
             where not exists (select from outline_form f where f.number = v.number)
             limit greatest(0, $3 - (select count(*) from outline_form))
            on conflict do nothing
            """))
        {
            insert.Parameters.AddWithValue(numbers);
            insert.Parameters.AddWithValue(forms);
            insert.Parameters.AddWithValue(Most);
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var select = database.CreateCommand("select number, text from outline_form where number = any($1)");
        select.Parameters.AddWithValue(numbers);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) Kept[(database.ConnectionString, reader.GetString(1))] = reader.GetInt64(0);
    }
}
