using Dicom2Fhir.Store;

namespace Dicom2Fhir.PostgresTests.Store;

public sealed class PackageStoreTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    readonly PackageStore packages = new(database.Owner);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Versions_stand_side_by_side_are_replaced_and_survive_a_purge()
    {
        await AddAsync("1.0.0", "aa", "old");
        await AddAsync("2.0.0", "bb", "two");
        var before = await packages.FingerprintAsync(Cancelled);
        await AddAsync("1.0.0", "cc", "new");
        await new Ledger(database.Owner).PurgeAsync(Cancelled);

        var listed = await packages.ListAsync(Cancelled);
        Assert.Equal(["2.0.0 bb", "1.0.0 cc"], listed.Select(package => $"{package.Version} {package.Hash}"));
        Assert.Equal(["a problem"], listed[0].Problems);
        Assert.NotEqual(before, await packages.FingerprintAsync(Cancelled));
        var names = await packages.NamesAsync("ValueSet", Cancelled);
        Assert.Equal(["1.0.0 3", "2.0.0 3"], names.Select(name => $"{name.Version} {name.Bytes}"));
        Assert.Equal(["two", "new", null], await packages.TextsAsync([names[1], names[0], names[0] with { File = "none" }], Cancelled));
        Assert.Empty(await packages.NamesAsync("CodeSystem", Cancelled));
        Assert.Single(await packages.ArtefactsAsync(listed[0].Id, Cancelled));
    }

    [Fact]
    public async Task The_facade_may_read_them()
    {
        var reader = new PackageStore(database.Facade);
        Assert.NotNull(await reader.ListAsync(Cancelled));
        Assert.Empty(await reader.TextsAsync(await reader.NamesAsync("CodeSystem", Cancelled), Cancelled));
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => reader.AddAsync("n", "v", "h", [], [], Cancelled));
    }

    Task AddAsync(string version, string hash, string json) =>
        packages.AddAsync("name", version, hash, ["a problem"], [new Artefact("vs.json", "ValueSet", "vs", "http://x/vs", version, json)], Cancelled);
}
