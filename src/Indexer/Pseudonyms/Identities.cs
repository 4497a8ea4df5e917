using Dicom2Fhir.Store;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>Opens what protects identities in a run: the key, the strategy, and the database's memory of what it was indexed with.</summary>
static class Identities
{
    const string KeyName = "key";

    /// <exception cref="SettingException">A setting, the key file or the mapping file cannot be used.</exception>
    /// <exception cref="StoreException">The database was indexed with another key or other settings.</exception>
    public static async Task<Protection> OpenAsync(IndexerOptions options, NpgsqlDataSource database, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var key = await OpenKeyAsync(options, database, cancellationToken);
        var patients = Patients(options.Pseudonyms, key, database, time, logger);
        try
        {
            await HoldAsync(options, key, database, cancellationToken);
            return new Protection(patients, key, options.Privacy) { IsOn = options.ProtectionIsOn };
        }
        catch
        {
            patients.Dispose();
            throw;
        }
    }

    /// <summary>For imports: the key alone, under which the ledger files their names.</summary>
    /// <exception cref="SettingException">The key file cannot be used.</exception>
    /// <exception cref="StoreException">The database was indexed with another key.</exception>
    public static async Task<KeyedHash> KeyAsync(IndexerOptions options, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var key = await OpenKeyAsync(options, database, cancellationToken);
        var wanted = new Dictionary<string, string> { [KeyName] = key.KeyId };
        Compare(wanted, await HeldSettings.HoldAsync(database, wanted, cancellationToken), options);
        return key;
    }

    /// <summary>For verbs that map what was kept: ids must be made as they were.</summary>
    /// <exception cref="StoreException">The database was indexed with another key or UID policy.</exception>
    public static async Task CheckAsync(IndexerOptions options, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var made = Made(options.Privacy);
        if (!options.Privacy.KeepUids) made[KeyName] = (await OpenKeyAsync(options, database, cancellationToken)).KeyId;
        var held = await HeldSettings.ReadAsync(database, cancellationToken);
        Compare(made.Where(pair => held.ContainsKey(pair.Key)), held, options);
    }

    // A key made now would give every patient another pseudonym than before.
    static async Task<KeyedHash> OpenKeyAsync(IndexerOptions options, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var held = await HeldSettings.ReadAsync(database, cancellationToken);
        if (held.TryGetValue(KeyName, out var id) && !File.Exists(options.KeyPath))
        {
            throw new StoreException($"The pseudonym key {options.KeyPath} is missing, and the database was indexed with key {id}: put it back, or purge the database.");
        }

        return new KeyedHash(KeyFile.ReadOrCreate(options.KeyPath));
    }

    static PatientPseudonyms Patients(PseudonymOptions options, KeyedHash key, NpgsqlDataSource database, TimeProvider time, ILogger logger)
    {
        var own = IssuerRule.Own(options.Issuers);
        return options.Strategy switch
        {
            PseudonymStrategy.Hmac => new PatientPseudonyms(new HmacPseudonyms(key), IssuerRule.Kept),
            PseudonymStrategy.Sha256 => new PatientPseudonyms(new Sha256Pseudonyms(options.System!), own),
            PseudonymStrategy.File => new PatientPseudonyms(FilePseudonyms.Open(options.File!, logger), own, Claims()),
            PseudonymStrategy.Gpas => new PatientPseudonyms(new CachedPseudonyms(new GpasPseudonyms(Client(), options.Domain!)), own, Claims()),
            PseudonymStrategy.Vfps => new PatientPseudonyms(new CachedPseudonyms(new VfpsPseudonyms(Client(), options.Domain!)), own, Claims()),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

        DatabaseClaims Claims() => new(new PseudonymClaims(database), key, logger);

        ServiceClient Client()
        {
            if (options.Url!.Scheme == Uri.UriSchemeHttp && !options.Url.IsLoopback) logger.ServiceInTheClear();
            return new ServiceClient(options, time);
        }
    }

    static async Task HoldAsync(IndexerOptions options, KeyedHash key, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var wanted = Made(options.Privacy);
        wanted[KeyName] = key.KeyId;
        wanted["Pseudonyms__Strategy"] = options.Pseudonyms.Strategy.ToString().ToLowerInvariant();
        if (options.Pseudonyms.System is { } system) wanted["Pseudonyms__System"] = system;
        if (options.Pseudonyms.Domain is { } domain) wanted["Pseudonyms__Domain"] = domain;
        Compare(wanted, await HeldSettings.HoldAsync(database, wanted, cancellationToken), options);
    }

    static Dictionary<string, string> Made(PrivacyOptions policy) => new() { ["Privacy__Uids"] = policy.KeepUids ? "keep" : "pseudonymise" };

    static void Compare(IEnumerable<KeyValuePair<string, string>> wanted, IReadOnlyDictionary<string, string> held, IndexerOptions options)
    {
        foreach (var (name, value) in wanted)
        {
            if (held[name] == value) continue;
            throw new StoreException(name == KeyName
                ? $"The pseudonym key {options.KeyPath} has the id {value}, the database was indexed with key {held[name]}: put that key back, or purge the database."
                : $"The database was indexed with {name}={held[name]}, the setting says {value}: use {held[name]}, or purge the database.");
        }
    }
}
