using Dapper;
using Dicom2Fhir.Store.Outlines;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Writes resources and their pending index rows inside a batch's transaction.</summary>
sealed class ResourceWriter(NpgsqlDataSource database, NpgsqlConnection connection, NpgsqlTransaction transaction, IndexExtractor extractor)
{
    sealed record Stored(long ResourceId, int Position, int Version, DateTime LastUpdated, short Origin, bool Deleted, byte[] ContentHash);

    sealed record Change(PreparedWrite Write, long? ResourceId, int Version, DateTime LastUpdated);

    /// <summary>
    /// Outcomes in the order of the input. New resources are inserted whole, in key order, so that two batches that write the same Device meet there, one
    /// after the other; then the rows that are there already are locked, in the same order.
    /// </summary>
    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(IReadOnlyList<PreparedWrite> resources, CancellationToken cancellationToken)
    {
        var outcomes = new WriteOutcome[resources.Count];
        var order = Enumerable.Range(0, resources.Count)
            .OrderBy(i => resources[i].Type.Number).ThenBy(i => resources[i].Id, StringComparer.Ordinal).ToArray();
        var sorted = order.Select(i => resources[i]).ToList();

        var (now, known) = await KnownAsync(sorted, cancellationToken);
        var foreign = await ForeignStudiesAsync(sorted, cancellationToken);
        var free = new List<int>();
        for (var position = 0; position < sorted.Count; position++)
        {
            if (IsForeign(sorted[position], foreign)) outcomes[order[position]] = WriteOutcome.IdConflict;
            else free.Add(position);
        }

        var created = await InsertAsync([.. free.Where(position => !known[position]).Select(position => (position, First(sorted[position], now)))], cancellationToken);
        foreach (var position in created.Keys) outcomes[order[position]] = WriteOutcome.Created;

        var there = free.Where(position => !created.ContainsKey(position)).ToList();
        var stored = await LockAsync([.. there.Select(position => sorted[position])], cancellationToken);
        var changes = new List<Change>();
        for (var i = 0; i < there.Count; i++) outcomes[order[there[i]]] = Decide(sorted[there[i]], stored[i], now, changes);

        await UpdateAsync(changes, cancellationToken);
        await QueueAsync([.. created.OrderBy(pair => pair.Key).Select(pair => pair.Value), .. changes], cancellationToken);
        return outcomes;
    }

    /// <summary>Leaves tombstones. Returns how many resources were deleted.</summary>
    public async Task<int> DeleteAsync(ServedType type, IReadOnlyCollection<string> ids, Origin origin, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            with locked as materialized (
                select resource_id from resource where type = @Number and id = any(@Ids) order by id for update
            ), dead as (
                update resource set deleted = true, document = null, form = null, outline = null, version = version + 1, content_hash = '',
                       last_updated = greatest(date_trunc('milliseconds', clock_timestamp()), last_updated)
                 where resource_id in (select resource_id from locked) and origin = @Origin and not deleted
                returning resource_id
            ), queued as (
                insert into pending (type, resource_id, deleted, terms, ref_param, ref_target, ident_param, ident_hash, date_param, date_low, date_high)
                select @Number, resource_id, true, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}' from dead
            )
            select count(*)::int from dead
            """,
            new { type.Number, Ids = ids.Order(StringComparer.Ordinal).ToArray(), Origin = (short)origin }, transaction, cancellationToken: cancellationToken));

    static bool IsForeign(PreparedWrite write, HashSet<(string, short)> foreign) =>
        foreign.Count > 0 && write.StudyKey is { } key && foreign.Any(row => row.Item1 == key && row.Item2 != (short)write.Origin);

    static Change First(PreparedWrite write, DateTime now) => new(write, null, 1, now);

    static WriteOutcome Decide(PreparedWrite write, Stored known, DateTime now, List<Change> changes)
    {
        if (!known.Deleted && known.Origin != (short)write.Origin) return WriteOutcome.IdConflict;
        if (!known.Deleted && known.ContentHash.AsSpan().SequenceEqual(write.Text.Hash)) return WriteOutcome.Unchanged;

        changes.Add(new Change(write, known.ResourceId, known.Version + 1, known.LastUpdated > now ? known.LastUpdated : now));
        return known.Deleted ? WriteOutcome.Created : WriteOutcome.Updated;
    }

    // Which are there, without a lock: rows are never removed while a batch runs (a deletion leaves a tombstone, purge waits). And the batch's time.
    async Task<(DateTime Now, bool[] Known)> KnownAsync(List<PreparedWrite> sorted, CancellationToken cancellationToken)
    {
        var known = new bool[sorted.Count];
        var now = await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition(
            "select date_trunc('milliseconds', clock_timestamp())", transaction: transaction, cancellationToken: cancellationToken));
        var rows = await connection.QueryAsync<int>(new CommandDefinition(
            "select w.position::int - 1 from unnest(@Types, @Ids) with ordinality w(type, id, position) join resource r on r.type = w.type and r.id = w.id",
            Keys(sorted), transaction, cancellationToken: cancellationToken));
        foreach (var position in rows) known[position] = true;
        return (now, known);
    }

    // By position. One that another batch inserted meanwhile is not among the answers.
    async Task<Dictionary<int, Change>> InsertAsync(List<(int Position, Change Change)> news, CancellationToken cancellationToken)
    {
        if (news.Count == 0) return [];
        await using var insert = new NpgsqlCommand(
            """
            with made as (
                insert into resource (type, id, version, last_updated, origin, content_hash, study_key, conformance, profile, engine, judgement, form, outline, document)
                select type, id, 1, last_updated, origin, hash, study_key, state, profile, engine, judgement, form, outline, document
                  from unnest($1::smallint[], $2::text[], $3::timestamptz[], $4::smallint[], $5::bytea[], $6::text[], $7::smallint[], $8::text[], $9::text[],
                              $10::integer[], $11::bigint[], $12::text[], $13::text[])
                       with ordinality c(type, id, last_updated, origin, hash, study_key, state, profile, engine, judgement, form, outline, document, position)
                 order by position
                on conflict (type, id) do nothing
                returning resource_id, type, id
            )
            select m.resource_id, w.position::int - 1 from made m join unnest($1::smallint[], $2::text[]) with ordinality w(type, id, position) using (type, id)
            """, connection, transaction);
        Add(insert, news.Select(row => row.Change.Write.Type.Number));
        Add(insert, news.Select(row => row.Change.Write.Id));
        await AddContentAsync(insert, [.. news.Select(row => row.Change)], cancellationToken);
        var created = new Dictionary<int, Change>(news.Count);
        await using var reader = await insert.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (position, change) = news[reader.GetInt32(1)];
            created[position] = change with { ResourceId = reader.GetInt64(0) };
        }

        return created;
    }

    async Task<Stored[]> LockAsync(List<PreparedWrite> sorted, CancellationToken cancellationToken)
    {
        if (sorted.Count == 0) return [];
        var rows = await connection.QueryAsync<Stored>(new CommandDefinition(
            """
            select r.resource_id as ResourceId, w.position::int - 1 as Position, r.version as Version, r.last_updated as LastUpdated, r.origin as Origin,
                   r.deleted as Deleted, r.content_hash as ContentHash
              from unnest(@Types, @Ids) with ordinality w(type, id, position)
              join resource r on r.type = w.type and r.id = w.id
             order by w.position
               for update of r
            """,
            Keys(sorted), transaction, cancellationToken: cancellationToken));
        var stored = new Stored[sorted.Count];
        foreach (var row in rows) stored[row.Position] = row;
        return stored;
    }

    static object Keys(List<PreparedWrite> sorted) => new
    {
        Types = sorted.Select(write => write.Type.Number).ToArray(),
        Ids = sorted.Select(write => write.Id).ToArray(),
    };

    // Studies of these identifiers that another resource holds already.
    async Task<HashSet<(string, short)>> ForeignStudiesAsync(List<PreparedWrite> sorted, CancellationToken cancellationToken)
    {
        var keys = sorted.Select(write => write.StudyKey).OfType<string>().Distinct().ToArray();
        if (keys.Length == 0) return [];
        var rows = await connection.QueryAsync<(string StudyKey, short Origin)>(new CommandDefinition(
            "select distinct study_key, origin from resource where study_key = any(@keys) and not deleted and version > 0",
            new { keys }, transaction, cancellationToken: cancellationToken));
        return [.. rows];
    }

    async Task UpdateAsync(List<Change> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return;
        await using var update = new NpgsqlCommand(
            """
            update resource r
               set version = c.version, last_updated = c.last_updated, origin = c.origin, deleted = false, content_hash = c.hash, study_key = c.study_key,
                   conformance = c.state, profile = c.profile, engine = c.engine, judgement = c.judgement, form = c.form, outline = c.outline,
                   document = c.document
              from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::smallint[], $5::bytea[], $6::text[], $7::smallint[], $8::text[], $9::text[], $10::integer[],
                          $11::bigint[], $12::text[], $13::text[])
                   c(resource_id, version, last_updated, origin, hash, study_key, state, profile, engine, judgement, form, outline, document)
             where r.resource_id = c.resource_id
            """, connection, transaction);
        Add(update, changes.Select(change => change.ResourceId!.Value));
        Add(update, changes.Select(change => change.Version));
        await AddContentAsync(update, changes, cancellationToken);
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task AddContentAsync(NpgsqlCommand command, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var judgements = await Judgements.NumbersAsync(database, [.. changes.Select(change => change.Write.Conformance)], cancellationToken);
        var documents = changes.Select(change => change.Write.Text.WithVersion(change.Version, change.LastUpdated)).ToList();
        var outlines = changes.Zip(documents, (change, document) => Outline.Split(change.Write.Type, change.Write.Id, change.Version, change.LastUpdated, document)).ToList();
        var forms = await OutlineForms.NumbersAsync(database, [.. outlines.Select(outline => outline?.Form)], cancellationToken);
        Add(command, changes.Select(change => change.LastUpdated));
        Add(command, changes.Select(change => (short)change.Write.Origin));
        Add(command, changes.Select(change => change.Write.Text.Hash));
        Add(command, changes.Select(change => change.Write.StudyKey));
        Add(command, changes.Select(change => change.Write.Conformance.State));
        Add(command, changes.Select(change => change.Write.Conformance.Profile));
        Add(command, changes.Select(change => change.Write.Conformance.Engine));
        Add(command, judgements);
        Add(command, forms);
        Add(command, outlines.Zip(forms, (outline, form) => form is null ? null : outline?.Values));
        Add(command, documents);
    }

    async Task QueueAsync(List<Change> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return;
        var numbers = TermNumbers.Of(database);
        var fresh = changes.Select(change => change.Write).Where(write => write.Numbered(numbers) is null).ToList();
        Parallel.ForEach(fresh, write => write.Extract(extractor, numbers));
        await WritePreparer.NumberAsync(database, numbers, fresh, cancellationToken);
        var written = await WrittenAsync(changes, numbers, cancellationToken);
        await PendingRow.InsertAsync(
            connection, changes.Select(change => (change.Write.Type, change.ResourceId!.Value, change.Write.Numbered(numbers)!.With(written[(change.Write.Type, change.LastUpdated)]))), cancellationToken);
    }

    // Nearly all of a batch have its time.
    async Task<Dictionary<(ServedType, DateTime), NumberedEntries>> WrittenAsync(List<Change> changes, TermNumbers numbers, CancellationToken cancellationToken)
    {
        var entries = changes.Select(change => (change.Write.Type, change.LastUpdated)).Distinct().ToDictionary(key => key, key => extractor.OfWriting(key.Type, key.LastUpdated));
        await numbers.EnsureAsync(database, entries.Values.SelectMany(entry => entry.Terms), cancellationToken);
        return entries.ToDictionary(pair => pair.Key, pair => NumberedEntries.Of(pair.Value, numbers)!);
    }

    static void Add<T>(NpgsqlCommand command, IEnumerable<T> values) => command.Parameters.Add(new NpgsqlParameter { Value = values.ToArray() });
}
