using Dicom2Fhir.Conformance;
using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Commands;
using Dicom2Fhir.Indexer.Conformance;
using Dicom2Fhir.Indexer.Import;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.Indexer.Sources;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dicom2Fhir.PostgresTests.Indexer;

/// <summary>Design decision 6: what breaks its profile is quarantined or tagged; the state is stored with the resource.</summary>
public sealed class WriteGateTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    static readonly TimeZoneInfo Zone = TimeZoneInfo.Utc;
    static readonly IndexerOptions Options = new() { TimeZone = Zone, DataFolder = "" };

    readonly Ledger ledger = new(database.Owner);
    readonly string folder = Directory.CreateTempSubdirectory("d2f-gate-").FullName;

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await ledger.PurgeAsync(Cancelled);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_mapped_study_is_stored_valid_with_profile_engine_and_the_answers_of_all_versions()
    {
        await IndexAsync(new WriteGate(ConformanceEngine.Shipped, tagFailures: false));

        Assert.Equal("Device 1 |2026.0.0, ImagingStudy 1 |2026.0.0", await StoredAsync());
        Assert.Equal(ConformanceEngine.Version, await database.ValueAsync<string>("select string_agg(distinct engine, ' ') from resource"));
        Assert.Equal(
            "2026.0.0 2025.0.2 2027.0.0-ballot",
            await database.ValueAsync<string>(
                """
                select string_agg(split_part(a ->> 'profile', '|', 2), ' ' order by n)
                  from resource r join judgement j on j.id = r.judgement, jsonb_array_elements(j.result) with ordinality e(a, n) where r.type = 1
                """));
        var status = await ledger.StatusAsync(Cancelled);
        Assert.Equal((2, 0, 0), (status.Valid, status.Invalid, status.Unchecked));
    }

    [Fact]
    public async Task A_study_that_breaks_its_profile_is_quarantined_and_nothing_of_it_is_stored()
    {
        await IndexAsync(new WriteGate(Packages.Demanding("bildgebungsstudie", "ImagingStudy", "note"), tagFailures: false));

        Assert.Equal("", await StoredAsync());
        Assert.Equal("quarantined nonconformant ImagingStudy.note breaks cardinality", await InputsAsync());
        Assert.Equal(0L, await database.ValueAsync<long>("select count(*) from intake.series"));
    }

    [Fact]
    public async Task With_tag_it_is_stored_and_marked()
    {
        await IndexAsync(new WriteGate(Packages.Demanding("bildgebungsstudie", "ImagingStudy", "note"), tagFailures: true));

        Assert.Equal("Device 1 |2026.0.0, ImagingStudy 2 |2026.0.0", await StoredAsync());
        Assert.Equal("""[{"code": "nonconformant", "system": "https://dicom2fhir.org/fhir/CodeSystem/conformance"}]""",
            await database.ValueAsync<string>("select (document::jsonb -> 'meta' -> 'tag')::text from resource where type = 1"));
        Assert.Equal("stored", await InputsAsync());
    }

    [Fact]
    public async Task A_companion_is_withheld_alone_and_the_study_says_so()
    {
        await IndexAsync(new WriteGate(Packages.Demanding("geraet", "Device", "owner"), tagFailures: false));

        Assert.StartsWith("ImagingStudy 1 |2026.0.0", await StoredAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("Device/", await database.ValueAsync<string>("select document from resource where type = 1"), StringComparison.Ordinal);
        Assert.Equal("nonconformant 2 withheld: Device.owner breaks cardinality",
            await database.ValueAsync<string>("select code || ' ' || severity || ' ' || text from intake.finding where code = 'nonconformant'"));
        Assert.Equal("stored", await InputsAsync());
    }

    [Theory]
    [InlineData("XYZ", false, "", "quarantined nonconformant ImagingStudy.modality[0] breaks binding:required")]
    [InlineData("XYZ", true, "ImagingStudy 2 |2026.0.0", "stored")]
    [InlineData("CT", false, "ImagingStudy 1 |2026.0.0", "stored")]
    public async Task An_import_is_judged_by_what_it_claims(string modality, bool tag, string stored, string input)
    {
        await ImportAsync(tag, Study(modality));

        Assert.Equal(stored, await StoredAsync());
        Assert.Equal(input, await InputsAsync());
        if (tag) Assert.Contains("\"dose\":4.00", await database.ValueAsync<string>("select replace(document, 'valueDecimal', 'dose') from resource"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_corrected_import_loses_the_tag()
    {
        await ImportAsync(tag: true, Study("XYZ"));
        await ImportAsync(tag: true, Study("CT"));

        Assert.Equal("ImagingStudy 1 |2026.0.0", await StoredAsync());
        Assert.DoesNotContain("nonconformant", await database.ValueAsync<string>("select document from resource"), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, bool> Types => new()
    {
        { "ImagingStudy", "\"status\":\"available\",\"subject\":{\"reference\":\"Patient/p\"}", true },
        { "Device", "\"deviceName\":[{\"name\":\"a\",\"type\":\"model-name\"}]", true },
        { "MedicationAdministration", "\"status\":\"completed\",\"medicationCodeableConcept\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/p\"},\"effectiveDateTime\":\"2024\",\"dosage\":{\"text\":\"x\"}", false },
        { "Procedure", "\"status\":\"completed\",\"subject\":{\"reference\":\"Device/p\"}", false },
        { "ServiceRequest", "\"status\":\"active\",\"intent\":\"order\",\"subject\":{\"reference\":\"Patient/p\"}", true },
        { "DiagnosticReport", "\"status\":\"final\",\"code\":{\"text\":\"x\"}", true },
        { "Observation", "\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueString\":\"a\",\"dataAbsentReason\":{\"text\":\"x\"}", false },
        { "BodyStructure", "\"patient\":{\"reference\":\"Patient/p\"}", true },
        { "CarePlan", "\"status\":\"active\",\"intent\":\"plan\",\"subject\":{\"reference\":\"Patient/p\"}", true },
        { "Composition", "\"status\":\"final\",\"type\":{\"text\":\"x\"},\"date\":\"2024\",\"author\":[{\"reference\":\"Medication/p\"}],\"title\":\"x\"", false },
        { "Medication", "\"status\":\"active\"", true },
        { "Patient", "\"birthDate\":\"2024\"", true },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Every_served_type_is_judged(string type, string content, bool valid)
    {
        await ImportAsync(tag: false, $$"""{"resourceType":"{{type}}","id":"a",{{content}}}""");

        Assert.Equal(valid ? $"{type} 1 http://hl7.org/fhir/StructureDefinition/{type}" : "", await StoredAsync());
        Assert.StartsWith(valid ? "stored" : "quarantined nonconformant", await InputsAsync(), StringComparison.Ordinal);
    }

    async Task IndexAsync(WriteGate gate)
    {
        var mapping = IndexCommand.Mapping(Options);
        var values = new string?[TagMap.All.Count];
        (values[TagMap.PatientId.Index], values[TagMap.Modality.Index], values[TagMap.SopClassUid.Index]) = ("p1", "CT", "1.2.840.10008.5.1.4.1.1.2");
        (values[TagMap.Manufacturer.Index], values[TagMap.ManufacturerModelName.Index]) = ("ACME", "One");
        var input = new Input("/a.dcm", FileKind.Regular, 1, null);
        var writer = new StudyWriter(database.Owner, new IndexExtractor(Zone), mapping, gate, new InputRecords(new KeyedHash(new byte[32]), keepNames: true), NullLogger.Instance);
        await writer.WriteAsync(await ledger.StartRunAsync("index", Cancelled), [new HeaderResult(input, new InstanceAttributes("1.2.3", "1.2.3.1", "1.2.3.1.1", values), Outcomes.Stored, null, null)], Cancelled);
    }

    async Task ImportAsync(bool tag, string json)
    {
        var file = Path.Combine(folder, "a.json");
        await File.WriteAllTextAsync(file, json, Cancelled);
        var progress = new Progress(TextWriter.Null, false, TimeProvider.System);
        var import = new ResourceImport(database.Owner, ledger, new IndexExtractor(Zone), new WriteGate(ConformanceEngine.Shipped, tag), Options, new InputRecords(new KeyedHash(new byte[32]), keepNames: true), progress, NullLogger.Instance);
        var problems = new List<string>();
        await import.RunAsync(await ledger.StartRunAsync("import", Cancelled), [file], problems, Cancelled);
        Assert.Empty(problems);
    }

    static string Study(string modality) =>
        $$$"""
        {"resourceType":"ImagingStudy","id":"a","meta":{"profile":["https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-pr-bildgebung-bildgebungsstudie|2026.0.0"]},
        "extension":[{"url":"http://fhir.example/dose","valueDecimal":4.00}],
        "status":"available","modality":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"{{{modality}}}"}],"subject":{"reference":"Patient/p"}}
        """;

    /// <summary>Type, state and profile (of module profiles the version alone) of all resources.</summary>
    Task<string> StoredAsync() => database.ValueAsync<string>(
        """
        select coalesce(string_agg(t || ' ' || conformance || ' ' || p, ', ' order by t), '') from (
            select document::jsonb ->> 'resourceType' as t, conformance,
                   case when profile like '%modul-bildgebung%' then '|' || split_part(profile, '|', 2) else profile end as p
              from resource where not deleted and version > 0) r
        """);

    Task<string> InputsAsync() =>
        database.ValueAsync<string>("select coalesce(string_agg(trim(outcome || ' ' || coalesce(reason, '') || ' ' || coalesce(text, '')), ', '), '') from intake.input");
}
