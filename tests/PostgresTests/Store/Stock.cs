using System.Text;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Npgsql;

namespace Dicom2Fhir.PostgresTests.Store;

/// <summary>Writes small resources and reads the bitmaps back, number by number.</summary>
sealed class Stock(NpgsqlDataSource database)
{
    static readonly BaseFhirJsonSerializer Serializer = new(ModelInfo.ModelInspector);

    static readonly IndexExtractor Extractor = new(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static ResourceWrite Study(string id, string modality = "CT", string patient = "p1", Origin origin = Origin.Index, string? uid = null) =>
        Write(ServedType.ImagingStudy, origin, new ImagingStudy
        {
            Id = id,
            Identifier = [new Identifier("urn:dicom:uid", "urn:oid:" + (uid ?? "1.2." + string.Concat(id.Select(c => ((int)c).ToString(null, null)))))],
            Status = ImagingStudy.ImagingStudyStatus.Available,
            Subject = new ResourceReference("Patient/" + patient),
            Started = "2024-03-05T10:00:00+01:00",
            Series = [new ImagingStudy.SeriesComponent { Uid = "1.2.3", Modality = new Coding("http://dicom.nema.org/resources/ontology/DCM", modality) }],
        });

    public static ResourceWrite Device(string id, Origin origin = Origin.Index, string? profile = null) =>
        Write(ServedType.Device, origin, new Device { Id = id, Manufacturer = "ACME", Meta = profile is null ? null : new() { Profile = [profile] } });

    static ResourceWrite Write(ServedType type, Origin origin, Resource resource) =>
        new(type, resource.Id!, Serializer.SerializeToString(resource), resource, origin, ConformanceState.Unchecked);

    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(params IReadOnlyList<ResourceWrite> resources)
    {
        await using var batch = await BeginAsync(resources.Select(write => write.Id));
        var outcomes = await batch.WriteAsync(resources, Cancelled);
        await batch.CommitAsync(Cancelled);
        return outcomes;
    }

    /// <summary>Made ready as an import does it, with numbers of their terms.</summary>
    public async Task<IReadOnlyList<PreparedWrite>> PrepareAsync(params IReadOnlyList<ResourceWrite> resources)
    {
        var preparer = new WritePreparer(database, Extractor);
        List<PreparedWrite> ready = [.. resources.Select(write => preparer.Prepare(write.Type, write.Resource, Encoding.UTF8.GetBytes(write.Json), write.Origin, write.Conformance))];
        await preparer.NumberAsync(ready, Cancelled);
        return ready;
    }

    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(IReadOnlyList<PreparedWrite> ready)
    {
        await using var batch = await BeginAsync(ready.Select(write => write.Id));
        var outcomes = await batch.WriteAsync(ready, Cancelled);
        await batch.CommitAsync(Cancelled);
        return outcomes;
    }

    public Task<WriteBatch> BeginAsync(IEnumerable<string> studies) => WriteBatch.BeginAsync(database, Extractor, [.. studies], Cancelled);

    public async Task<int> DeleteAsync(string id, Origin origin = Origin.Index)
    {
        await using var batch = await BeginAsync([id]);
        var deleted = await batch.DeleteAsync(ServedType.ImagingStudy, [id], origin, Cancelled);
        await batch.CommitAsync(Cancelled);
        return deleted;
    }

    /// <summary>Ids of the current studies whose number is set in the bitmap of a token, blank between.</summary>
    public Task<string> WithTermAsync(string param, string code) => IdsAsync(
        """
        select r.id from search_row s join resource r using (resource_id) join term t on t.type = s.type and t.param = $1 and t.kind = 't' and t.code = $2
          join bits b on b.term = t.id and b.block = s.no / 32000
         where s.type = 1 and s.gone_at is null and get_bit(b.b, (s.no % 32000)::int) = 1
         order by r.id
        """, param, code);

    /// <summary>Ids of the current studies by the live bitmap.</summary>
    public Task<string> LiveAsync() => IdsAsync(
        """
        select r.id from search_row s join resource r using (resource_id) join term t on t.type = s.type and t.param = '' and t.kind = 'l'
          join bits b on b.term = t.id and b.block = s.no / 32000
         where s.type = 1 and get_bit(b.b, (s.no % 32000)::int) = 1
         order by r.id
        """);

    public async Task<long> CountLiveAsync(ServedType type)
    {
        await using var command = database.CreateCommand(
            "select coalesce(sum(bit_count(b)), 0)::bigint from bits join term t on t.id = term where t.type = $1 and t.param = '' and t.kind = 'l'");
        command.Parameters.AddWithValue(type.Number);
        return (long)(await command.ExecuteScalarAsync(Cancelled))!;
    }

    async Task<string> IdsAsync(string sql, params string[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values) command.Parameters.AddWithValue(value);
        await using var reader = await command.ExecuteReaderAsync(Cancelled);
        var ids = new List<string>();
        while (await reader.ReadAsync(Cancelled)) ids.Add(reader.GetString(0));
        return string.Join(' ', ids);
    }
}
