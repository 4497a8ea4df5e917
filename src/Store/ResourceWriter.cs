using Dapper;
using Dicom2Fhir.Store.Search;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>Writes resources and their pending index rows inside a batch's transaction.</summary>
sealed class ResourceWriter(NpgsqlDataSource database, NpgsqlConnection connection, NpgsqlTransaction transaction, IndexExtractor extractor)
{
    sealed record Stored(long ResourceId, int Position, int Version, DateTime LastUpdated, short Origin, bool Deleted, byte[] ContentHash);

    sealed record Change(ResourceWrite Write, long? ResourceId, int Version, DateTime LastUpdated, ResourceText Text, string? StudyKey);

    /// <summary>Outcomes in the order of the input.</summary>
    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(IReadOnlyList<ResourceWrite> resources, CancellationToken cancellationToken)
    {
        var outcomes = new WriteOutcome[resources.Count];
        var order = Enumerable.Range(0, resources.Count)
            .OrderBy(i => resources[i].Type.Number).ThenBy(i => resources[i].Id, StringComparer.Ordinal).ToArray();
        var sorted = order.Select(i => resources[i]).ToList();

        var now = await ReserveAsync(sorted, cancellationToken);
        var stored = await LockAsync(sorted, cancellationToken);
        var foreign = await ForeignStudiesAsync(sorted, cancellationToken);
        var changes = new List<Change>();
        for (var position = 0; position < sorted.Count; position++)
        {
            var write = sorted[position];
            var known = stored[position];
            var studyKey = StudyKey(write);
            outcomes[order[position]] = Decide(write, known, studyKey, foreign, now, changes);
        }

        await ApplyAsync(changes, cancellationToken);
        await ReleaseAsync(stored, cancellationToken);
        return outcomes;
    }

    /// <summary>Leaves tombstones. Returns how many resources were deleted.</summary>
    public async Task<int> DeleteAsync(ServedType type, IReadOnlyCollection<string> ids, Origin origin, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            with locked as materialized (
                select resource_id from resource where type = @Number and id = any(@Ids) order by id for update
            ), dead as (
                update resource set deleted = true, document = null, version = version + 1, content_hash = '',
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

    static WriteOutcome Decide(
        ResourceWrite write, Stored? known, string? studyKey, HashSet<(string, short)> foreign, DateTime now, List<Change> changes)
    {
        if (known is { Version: > 0, Deleted: false } && known.Origin != (short)write.Origin) return WriteOutcome.IdConflict;
        if (studyKey is not null && foreign.Any(row => row.Item1 == studyKey && row.Item2 != (short)write.Origin)) return WriteOutcome.IdConflict;

        var text = ResourceText.Parse(write.Json);
        if (known is { Version: > 0, Deleted: false } && known.ContentHash.AsSpan().SequenceEqual(text.Hash)) return WriteOutcome.Unchanged;

        var version = known!.Version + 1;
        var time = known.Version > 0 && known.LastUpdated > now ? known.LastUpdated : now;
        changes.Add(new Change(write, known.ResourceId, version, time, text, studyKey));
        return known.Version == 0 || known.Deleted ? WriteOutcome.Created : WriteOutcome.Updated;
    }

    // New resources get an empty row first (version 0), in key order: two batches that write the same Device meet here, one after the other.
    async Task<DateTime> ReserveAsync(List<ResourceWrite> sorted, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition(
            """
            with reserved as (
                insert into resource (type, id, version, last_updated, origin, content_hash)
                select w.type, w.id, 0, clock_timestamp(), w.origin, ''
                  from unnest(@Types, @Ids, @Origins) with ordinality w(type, id, origin, position)
                 order by w.position
                on conflict (type, id) do nothing
            )
            select date_trunc('milliseconds', clock_timestamp())
            """,
            Keys(sorted), transaction, cancellationToken: cancellationToken));

    // Reserved rows that a conflict left unwritten.
    async Task ReleaseAsync(Stored?[] stored, CancellationToken cancellationToken)
    {
        var reserved = stored.OfType<Stored>().Where(row => row.Version == 0).Select(row => row.ResourceId).ToArray();
        if (reserved.Length == 0) return;
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from resource where resource_id = any(@reserved) and version = 0", new { reserved }, transaction, cancellationToken: cancellationToken));
    }

    async Task<Stored?[]> LockAsync(List<ResourceWrite> sorted, CancellationToken cancellationToken)
    {
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
        var stored = new Stored?[sorted.Count];
        foreach (var row in rows) stored[row.Position] = row;
        return stored;
    }

    static object Keys(List<ResourceWrite> sorted) => new
    {
        Types = sorted.Select(write => write.Type.Number).ToArray(),
        Ids = sorted.Select(write => write.Id).ToArray(),
        Origins = sorted.Select(write => (short)write.Origin).ToArray(),
    };

    // Studies of these identifiers that another resource holds already.
    async Task<HashSet<(string, short)>> ForeignStudiesAsync(List<ResourceWrite> sorted, CancellationToken cancellationToken)
    {
        var keys = sorted.Select(StudyKey).OfType<string>().Distinct().ToArray();
        if (keys.Length == 0) return [];
        var rows = await connection.QueryAsync<(string StudyKey, short Origin)>(new CommandDefinition(
            "select distinct study_key, origin from resource where study_key = any(@keys) and not deleted and version > 0",
            new { keys }, transaction, cancellationToken: cancellationToken));
        return [.. rows];
    }

    static string? StudyKey(ResourceWrite write) =>
        write.Resource is Hl7.Fhir.Model.ImagingStudy study
            && study.Identifier.FirstOrDefault(identifier => identifier.System == "urn:dicom:uid")?.Value is { } value && StoredText.IsIndexable(value)
            ? value
            : null;

    async Task ApplyAsync(List<Change> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return;
        var entries = changes.Select(change => PendingRow.Indexable(extractor.Extract(change.Write.Type, change.Write.Resource, change.LastUpdated))).ToList();
        var numbers = TermNumbers.Of(database);
        await numbers.EnsureAsync(database, entries.SelectMany(entry => entry.Terms), cancellationToken);
        var judgements = await Judgements.NumbersAsync(database, [.. changes.Select(change => change.Write.Conformance)], cancellationToken);

        await using (var update = new NpgsqlCommand(
            """
            update resource r
               set version = c.version, last_updated = c.last_updated, origin = c.origin, deleted = false, content_hash = c.hash, study_key = c.study_key,
                   conformance = c.state, profile = c.profile, engine = c.engine, judgement = c.judgement, document = c.document
              from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::smallint[], $5::bytea[], $6::text[], $7::smallint[], $8::text[], $9::text[], $10::integer[], $11::text[])
                   c(resource_id, version, last_updated, origin, hash, study_key, state, profile, engine, judgement, document)
             where r.resource_id = c.resource_id
            """, connection, transaction))
        {
            Add(update, changes.Select(change => change.ResourceId!.Value));
            Add(update, changes.Select(change => change.Version));
            Add(update, changes.Select(change => change.LastUpdated));
            Add(update, changes.Select(change => (short)change.Write.Origin));
            Add(update, changes.Select(change => change.Text.Hash));
            Add(update, changes.Select(change => change.StudyKey));
            Add(update, changes.Select(change => change.Write.Conformance.State));
            Add(update, changes.Select(change => change.Write.Conformance.Profile));
            Add(update, changes.Select(change => change.Write.Conformance.Engine));
            Add(update, judgements);
            Add(update, changes.Select(change => change.Text.WithVersion(change.Version, change.LastUpdated)));
            await update.ExecuteNonQueryAsync(cancellationToken);
        }

        await QueueAsync(changes, entries, numbers, cancellationToken);
    }

    // One statement a row, sent in one round trip: rows have arrays, which unnest cannot take apart by row.
    async Task QueueAsync(List<Change> changes, List<IndexEntries> entries, TermNumbers numbers, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var (change, entry) in changes.Zip(entries)) batch.BatchCommands.Add(PendingRow.Insert(change.Write.Type, change.ResourceId!.Value, entry, numbers));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    static void Add<T>(NpgsqlCommand command, IEnumerable<T> values) => command.Parameters.Add(new NpgsqlParameter { Value = values.ToArray() });
}
