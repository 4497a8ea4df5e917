using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Dicom2Fhir.Conformance;
using Dicom2Fhir.Conformance.Profiles;

namespace Dicom2Fhir.UnitTests.Conformance;

public sealed class PackageReaderTests : IDisposable
{
    const string Profile = """
        {"resourceType":"StructureDefinition","url":"https://example.org/p","name":"P","version":"1.0.0","status":"active","kind":"resource","abstract":false,
         "type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
         "differential":{"element":[{"id":"Patient.birthDate","path":"Patient.birthDate","min":1},
          {"path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}},
          {"path":"Patient.identifier","sliceName":"own","min":1,"max":"1"},{"path":"Patient.identifier.system","min":1,"fixedUri":"urn:own"}]}}
        """;

    readonly string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".tgz");

    public void Dispose() => File.Delete(file);

    [Fact]
    public void One_broken_profile_and_entries_that_lead_out_leave_the_rest()
    {
        Write(("package/package.json", """{"name":"own.package","version":"1.2.3"}"""), ("package/a.json", "{ broken"), ("../outside.json", Profile), ("package/p.json", Profile));
        var package = PackageReader.Read(file);
        Assert.Equal(("own.package", "1.2.3", 64), (package.Name, package.Version, package.Sha256.Length));
        Assert.Single(package.Profiles);
        Assert.Equal(2, package.Problems.Count);
    }

    [Fact]
    public void Limits_refuse_the_archive()
    {
        Write(("package/p.json", Profile), ("package/q.json", Profile));
        Assert.Throws<InvalidDataException>(() => PackageReader.Read(file, new() { Entries = 1 }));
        Assert.Throws<InvalidDataException>(() => PackageReader.Read(file, new() { TotalBytes = 100 }));
        Assert.Empty(PackageReader.Read(file, new() { EntryBytes = 10 }).Profiles);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","birthDate":"2000","identifier":[{"system":"urn:own","value":"1"}]}""", null)]
    [InlineData("""{"resourceType":"Patient","identifier":[{"system":"urn:own","value":"1"}]}""", "Patient.birthDate")]
    [InlineData("""{"resourceType":"Patient","birthDate":"2000"}""", "Patient.identifier")]
    [InlineData("""{"resourceType":"Patient","birthDate":"2000","identifier":[{"system":"urn:own"},{"system":"urn:else"}]}""", "Patient.identifier[1]")]
    public void A_loaded_profile_judges(string json, string? error)
    {
        Write(("package/p.json", Profile));
        var engine = ConformanceEngine.Shipped.With(PackageReader.Read(file));
        Assert.True(engine.Knows("https://example.org/p|1.0.0"));
        var report = engine.Validate(json, new() { Profiles = ["https://example.org/p"] });
        Assert.Equal(error, report.Issues.FirstOrDefault(i => i.Severity == Severity.Error)?.Expression);
    }

    [Theory]
    [InlineData("a profile that is its own base", """ "baseDefinition":"https://example.org/p","derivation":"constraint","differential":{"element":[{"id":"Patient.name","path":"Patient.name","min":1}]} """, "Patient.name")]
    [InlineData("an extension that demands itself in itself", """ "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.contact","path":"Patient.contact","contentReference":"#Patient.contact","min":1}]} """, "Patient.contact")]
    [InlineData("a type profile of itself", """ "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.contained","path":"Patient.contained","type":[{"code":"Patient","profile":["https://example.org/p"]}]},{"id":"Patient.name","path":"Patient.name","min":1}]} """, "Patient.name")]
    [InlineData("a slice told by its own profile", """ "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.link","path":"Patient.link","slicing":{"discriminator":[{"type":"profile","path":"other.resolve()"}],"rules":"open"}},{"id":"Patient.link:a","path":"Patient.link","sliceName":"a","min":1},{"id":"Patient.link:a.other","path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["https://example.org/p"]}]}]} """, "Patient.link")]
    public void A_circle_ends(string what, string definition, string error)
    {
        Write(("package/p.json", $$"""{"resourceType":"StructureDefinition","url":"https://example.org/p","name":"P","version":"1","status":"active","kind":"resource","abstract":false,"type":"Patient",{{definition}}}"""));
        var report = ConformanceEngine.Shipped.With(PackageReader.Read(file)).Validate("""{"resourceType":"Patient"}""", new() { Profiles = ["https://example.org/p"] });
        Assert.True(report.Issues.Any(i => i.Severity == Severity.Error && i.Expression == error), $"{what}: {string.Join('\n', report.Issues)}");
    }

    [Fact]
    public void Many_slices_are_judged_in_bounded_time()
    {
        var slices = string.Concat(Enumerable.Range(0, 9_000).Select(i =>
            $$""",{"id":"Patient.identifier:s{{i}}","path":"Patient.identifier","sliceName":"s{{i}}"},{"id":"Patient.identifier:s{{i}}.system","path":"Patient.identifier.system","fixedUri":"urn:{{i}}"}"""));
        Write(("package/p.json", $$$$"""{"resourceType":"StructureDefinition","url":"https://example.org/p","name":"P","version":"1","status":"active","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"closed"}}{{{{slices}}}}]}}"""));
        var engine = ConformanceEngine.Shipped.With(PackageReader.Read(file));
        var report = engine.Validate("""{"resourceType":"Patient","identifier":[{"system":"urn:8999"},{"system":"urn:9000"}]}""", new() { Profiles = ["https://example.org/p"] });
        Assert.Equal("Patient.identifier[1]", Assert.Single(report.Issues, i => i.Severity == Severity.Error).Expression);
    }

    [Fact]
    public void Links_and_broken_archives_are_told_apart()
    {
        using (var stream = new GZipStream(File.Create(file), CompressionLevel.Fastest))
        using (var tar = new TarWriter(stream))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "package/link.json") { LinkName = "/etc/passwd" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "package/hard.json") { LinkName = "package/p.json" });
        }

        Assert.Equal(2, PackageReader.Read(file).Problems.Count);
        var whole = File.ReadAllBytes(file);
        foreach (var length in (int[])[0, 1, 10, whole.Length / 2])
        {
            File.WriteAllBytes(file, whole[..length]);
            var problem = Record.Exception(() => PackageReader.Read(file));
            Assert.True(problem is null or InvalidDataException, $"{length} bytes: {problem}");
        }
    }

    void Write(params (string Name, string Text)[] entries)
    {
        using var stream = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        using var tar = new TarWriter(stream);
        foreach (var (name, text) in entries)
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
    }
}
