using Dicom2Fhir.Indexer;
using Dicom2Fhir.Indexer.Pseudonyms;
using Dicom2Fhir.PostgresTests.Indexer;
using Dicom2Fhir.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dicom2Fhir.PostgresTests.Identity;

/// <summary>What a database was indexed with is held: another key or policy would store the same patients and studies a second time.</summary>
public sealed class IdentitiesTests(TestServer server) : IAsyncLifetime
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    Site site = null!;

    string KeyPath => Path.Combine(site.Settings["Data__Folder"], "pseudonym.key");

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => site = await Site.CreateAsync(server);

    public async ValueTask DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task The_key_is_made_once_and_for_its_owner_alone()
    {
        await OpenAsync();
        var key = await File.ReadAllBytesAsync(KeyPath, Cancelled);
        Assert.Equal((32, Owner), (key.Length, File.GetUnixFileMode(KeyPath)));
        await OpenAsync();
        Assert.Equal(key, await File.ReadAllBytesAsync(KeyPath, Cancelled));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public async Task A_key_that_others_can_read_is_refused(UnixFileMode others)
    {
        await OpenAsync();
        File.SetUnixFileMode(KeyPath, Owner | others);
        Assert.Equal(
            $"The pseudonym key {KeyPath} can be read by others: chmod 600 it, and make a new one if it was read.",
            (await Assert.ThrowsAsync<SettingException>(() => OpenAsync())).Message);
    }

    [Fact]
    public async Task A_lost_key_is_refused_and_none_is_made_in_its_place()
    {
        await OpenAsync();
        File.Delete(KeyPath);
        var refused = await Assert.ThrowsAsync<StoreException>(() => OpenAsync());
        Assert.Matches($"^The pseudonym key {KeyPath} is missing, and the database was indexed with key [0-9a-f]{{16}}: put it back, or purge the database\\.$", refused.Message);
        Assert.False(File.Exists(KeyPath));
    }

    [Fact]
    public async Task A_changed_key_is_refused()
    {
        await OpenAsync();
        await File.WriteAllBytesAsync(KeyPath, new byte[32], Cancelled);
        var refused = await Assert.ThrowsAsync<StoreException>(() => OpenAsync());
        Assert.Matches($"^The pseudonym key {KeyPath} has the id [0-9a-f]{{16}}, the database was indexed with key [0-9a-f]{{16}}: put that key back, or purge the database\\.$", refused.Message);
    }

    [Fact]
    public async Task A_key_of_another_length_is_refused()
    {
        await File.WriteAllBytesAsync(KeyPath, new byte[31], Cancelled);
        File.SetUnixFileMode(KeyPath, Owner);
        Assert.Contains("has 31 bytes, not 32", (await Assert.ThrowsAsync<SettingException>(() => OpenAsync())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Privacy:Uids=pseudonymise", "The database was indexed with Privacy__Uids=keep, the setting says pseudonymise: use keep, or purge the database.")]
    [InlineData("Pseudonyms:Strategy=gpas", "The database was indexed with Pseudonyms__Strategy=sha256, the setting says gpas: use sha256, or purge the database.")]
    [InlineData("Pseudonyms:System=urn:y", "The database was indexed with Pseudonyms__System=urn:x, the setting says urn:y: use urn:x, or purge the database.")]
    [InlineData("Pseudonyms:Domain=other", null)]
    public async Task Another_policy_is_refused_until_the_purge(string change, string? sentence)
    {
        await OpenAsync();
        if (sentence is null)
        {
            await OpenAsync(change);
            return;
        }

        Assert.Equal(sentence, (await Assert.ThrowsAsync<StoreException>(() => OpenAsync(change))).Message);
        await new Ledger(site.Database).PurgeAsync(Cancelled);
        await OpenAsync(change);
    }

    [Fact]
    public async Task Of_indexers_that_start_at_once_with_different_keys_one_goes_on()
    {
        var others = Directory.CreateTempSubdirectory("d2f-key-").FullName;
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i => await Record.ExceptionAsync(() => OpenAsync($"Data:Folder={others}/{i % 2}"))));
        Directory.Delete(others, recursive: true);
        Assert.Equal(4, opened.Count(exception => exception is null));
        Assert.All(opened.OfType<Exception>(), exception => Assert.IsType<StoreException>(exception));
    }

    async Task OpenAsync(string? change = null)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Data:Folder"] = site.Settings["Data__Folder"],
            ["Pseudonyms:Strategy"] = "sha256", ["Pseudonyms:System"] = "urn:x", ["Pseudonyms:Url"] = "http://127.0.0.1:1/fhir", ["Pseudonyms:Domain"] = "domain",
        };
        if (change?.Split('=') is [var name, var value]) settings[name] = value;
        var options = IndexerOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        (await Identities.OpenAsync(options, site.Database, TimeProvider.System, NullLogger.Instance, Cancelled)).Dispose();
    }
}
