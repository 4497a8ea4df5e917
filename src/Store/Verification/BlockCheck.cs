using System.Collections;
using System.Runtime.CompilerServices;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Npgsql;

namespace Dicom2Fhir.Store.Verification;

/// <summary>
/// One block of 32,000 search numbers of a type: derives what the index must hold from the documents and compares it with the rows and bits that are
/// there. Decided are the numbers of current versions; a number that was replaced keeps the bits of a document that is gone, and one whose newer
/// version waits for the fold is indexed by the older. Memory: 4 kB a term and some hundred bytes a number.
/// </summary>
sealed class BlockCheck(NpgsqlConnection connection, NpgsqlTransaction transaction, IndexExtractor extractor, ServedType type, int block)
{
    /// <summary>Bits of a block.</summary>
    public const int Size = 32_000;

    readonly Dictionary<TermKey, BitArray> expected = [];
    readonly HashSet<(string Table, TermKey Param, string Text, long No)> rows = [];
    readonly Dictionary<int, string> names = [];
    readonly BitArray decided = new(Size);
    readonly BitArray current = new(Size);
    readonly BitArray present = new(Size);
    long upto, floor;

    /// <summary>Search rows that were compared.</summary>
    public long Checked { get; private set; }

    public async IAsyncEnumerable<Violation> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (upto, floor) = await WatermarkAsync(cancellationToken);
        await foreach (var violation in ReadDocumentsAsync(cancellationToken)) yield return violation;
        await foreach (var violation in CompareBitsAsync(cancellationToken)) yield return violation;
        foreach (var table in TypedRows.All)
            await foreach (var violation in CompareRowsAsync(table, cancellationToken)) yield return violation;
    }

    long First => (long)block * Size;

    async Task<(long Upto, long Floor)> WatermarkAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("select upto, floor from fold_state where type = $1", type.Number);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1)) : (0, 0);
    }

    async IAsyncEnumerable<Violation> ReadDocumentsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            select s.no, r.id, s.gone_at is null, s.patient, s.started, r.last_updated,
                   case when s.gone_at is null and not r.deleted and not exists (select from pending p where p.resource_id = s.resource_id) then r.document end
              from search_row s join resource r on r.resource_id = s.resource_id
             where s.type = $1 and s.no between $2 and $3
            """,
            type.Number, First, First + Size - 1);
        await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess, cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = (int)(reader.GetInt64(0) - First);
            names[place] = $"{type.Name}/{reader.GetString(1)}";
            present[place] = true;
            Checked++;
            if (!reader.GetBoolean(2)) continue;
            current[place] = true;
            var patient = await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetString(3);
            var started = await reader.IsDBNullAsync(4, cancellationToken) ? (DateTime?)null : reader.GetDateTime(4);
            var lastUpdated = reader.GetDateTime(5);
            if (await reader.IsDBNullAsync(6, cancellationToken)) continue;
            if (StoredDocument.Parse(reader.GetString(6)) is not { } resource) continue;      // the check of contents says so
            var entries = PendingRow.Indexable(extractor.Extract(type, resource, lastUpdated));
            Expect(place, entries);
            if (entries.Patient != patient) yield return Wrong(place, "the search row names another patient than the document");
            if (entries.Started?.Ticks / TimeSpan.TicksPerMicrosecond != started?.Ticks / TimeSpan.TicksPerMicrosecond)
                yield return Wrong(place, "the search row has another start than the document");
        }
    }

    void Expect(int place, IndexEntries entries)
    {
        decided[place] = true;
        foreach (var term in entries.Terms)
        {
            if (!expected.TryGetValue(term, out var bits)) expected[term] = bits = new BitArray(Size);
            bits[place] = true;
        }

        foreach (var table in TypedRows.All)
            foreach (var (param, text) in table.Of(entries)) rows.Add((table.Table, param, text, First + place));
    }

    async IAsyncEnumerable<Violation> CompareBitsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using (var command = Command(
            $"""
            select {TypedRows.TermColumns}, b.b from bits b join term t on t.id = b.term where t.type = $1 and b.block = $2
            """,
            type.Number, block))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var term = new TermKey(type.Number, reader.GetString(0), reader.GetString(1)[0], reader.GetString(2), reader.GetString(3));
                foreach (var violation in Compare(term, reader.GetFieldValue<BitArray>(4))) yield return violation;
                expected.Remove(term);
            }
        }

        if (First <= upto) foreach (var kind in "al") expected.TryAdd(new TermKey(type.Number, "", kind, "", ""), new BitArray(Size));
        foreach (var (term, bits) in expected.Where(pair => !compared.Contains(pair.Key)))
            foreach (var violation in Compare(term, new BitArray(Size))) yield return violation;
    }

    readonly HashSet<TermKey> compared = [];

    IEnumerable<Violation> Compare(TermKey term, BitArray actual)
    {
        compared.Add(term);
        var (should, mask) = term switch
        {
            { Param: "", Kind: 'l' } => (current, null),
            { Param: "", Kind: 'a' } => (present, present),
            _ => (expected.GetValueOrDefault(term) ?? new BitArray(Size), decided),
        };
        for (var place = 0; place < Size; place++)
        {
            if (mask is null || mask[place])
            {
                if (actual[place] != should[place]) yield return Wrong(place, $"the bit of {Name(term)} is {(actual[place] ? "set" : "missing")}");
            }
            else if (actual[place] && !present[place] && First + place > floor)
            {
                yield return Wrong(place, $"the bit of {Name(term)} is set for a number that was never given");
            }
        }
    }

    async IAsyncEnumerable<Violation> CompareRowsAsync(TypedRows table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<(string, TermKey, string, long)>();
        await using (var command = Command(
            $"select {TypedRows.TermColumns}, v.no, {table.Sql} from {table.Table} v join term t on t.id = v.param where t.type = $1 and v.no between $2 and $3",
            type.Number, First, First + Size - 1))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var no = reader.GetInt64(4);
                var place = (int)(no - First);
                if (!decided[place]) continue;
                var term = new TermKey(type.Number, reader.GetString(0), reader.GetString(1)[0], reader.GetString(2), reader.GetString(3));
                var row = (table.Table, term, reader.GetString(5), no);
                if (!rows.Contains(row)) yield return Wrong(place, $"a row of {table.Table} for {term.Param} does not follow from the document");
                else if (!seen.Add(row)) yield return Wrong(place, $"a row of {table.Table} for {term.Param} is there twice");
            }
        }

        foreach (var row in rows.Where(row => row.Table == table.Table && !seen.Contains(row)))
            yield return Wrong((int)(row.No - First), $"a row of {table.Table} for {row.Param.Param} is missing");
    }

    Violation Wrong(int place, string text) => new(Checks.Index, names.GetValueOrDefault(place) ?? $"{type.Name} number {First + place}", text);

    static string Name(TermKey term) => term.Param.Length == 0 ? term.Kind == 'l' ? "live" : "all" : $"{term.Param} ({term.Kind})";

    NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.AddWithValue(value);
        return command;
    }
}
