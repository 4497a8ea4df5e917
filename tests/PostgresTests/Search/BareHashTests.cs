using Dicom2Fhir.PostgresTests.Store;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>UIDs are found by hashes of 64 bits; the document decides.</summary>
public sealed class BareHashTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly QueryContext Context = new(TimeZoneInfo.Utc, [new Uri("http://server.example/fhir")]);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_study_whose_uid_has_the_same_hash_is_not_found()
    {
        await StoreAsync(Study("c1", "1.9.1"), Study("c2", "1.9.2"), Study("c3", "1.9.3"));
        await CollideAsync("c1", "c2");

        Assert.Equal("c1", await FoundAsync("instance=1.9.1"));
        Assert.Equal("c2", await FoundAsync("instance=1.9.2"));
        Assert.Equal("c1 c3", await FoundAsync("instance=1.9.1,1.9.3"));
        Assert.Equal("c2 c3", await FoundAsync("instance:not=1.9.1&_id=c1,c2,c3"));
        Assert.Equal("c1", await FoundAsync("instance=1.9.1&modality=CT"));
        Assert.Equal("", await FoundAsync("instance=1.9"));
    }

    [Fact]
    public async Task A_document_that_writes_its_uid_with_escapes_is_found()
    {
        var study = Study("e1", "1.8.1");
        await StoreAsync(study with { Json = study.Json.Replace("1.8.1", @"\u0031.8.1", StringComparison.Ordinal) });

        Assert.Equal("e1", await FoundAsync("instance=1.8.1"));
    }

    [Fact]
    public async Task What_is_folded_is_found_until_its_newer_version_is_folded()
    {
        await StoreAsync(Study("n1", "1.7.1"));
        await new Stock(database.Owner).WriteAsync(Study("n1", "1.7.2"));
        Assert.Equal("n1", await FoundAsync("instance=1.7.1"));

        await new Folder(database.Owner).FoldAllAsync(Cancelled);
        Assert.Equal("", await FoundAsync("instance=1.7.1"));
        Assert.Equal("n1", await FoundAsync("instance=1.7.2"));
    }

    static ResourceWrite Study(string id, string uid)
    {
        var study = (ImagingStudy)Stock.Study(id).Resource.DeepCopy();
        study.Series[0].Instance = [new ImagingStudy.InstanceComponent { Uid = uid, SopClass = new Coding("urn:ietf:rfc:3986", "urn:oid:1.2.840.10008.5.1.4.1.1.2") }];
        return new ResourceWrite(ServedType.ImagingStudy, id, SearchPropertyTests.Write(study), study, Origin.Import, ConformanceState.Unchecked);
    }

    async Task StoreAsync(params ResourceWrite[] studies)
    {
        await new Stock(database.Owner).WriteAsync(studies);
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
    }

    // As if the UIDs of the two studies had one hash.
    async Task CollideAsync(string one, string other) => await database.ExecuteAsync(
        $"""
        insert into ident_row (param, hash, no)
        select i.param, i.hash, s.no from ident_row i join term t on t.id = i.param and t.param = 'instance' join search_row o on o.no = i.no and o.type = t.type
          join resource r on r.resource_id = o.resource_id and r.id = '{one}', search_row s join resource q on q.resource_id = s.resource_id and q.id = '{other}'
        """);

    async Task<string> FoundAsync(string query)
    {
        var parsed = QueryStringParser.Parse(ServedType.ImagingStudy, [.. query.Split('&').Select(one => one.Split('=')).Select(one => KeyValuePair.Create(one[0], one[1]))], Context);
        Assert.Empty(parsed.Problems);
        var executor = new SearchExecutor(database.Facade, TimeZoneInfo.Utc);
        var page = await executor.PageAsync(parsed.Request, null, 100, 1_000_000, TotalMode.Accurate, Cancelled);
        Assert.Equal(page.Resources.Count, (await executor.CountAsync(parsed.Request, Cancelled)).Total);
        return string.Join(' ', page.Resources.Select(resource => resource.Id).Order(StringComparer.Ordinal));
    }
}
