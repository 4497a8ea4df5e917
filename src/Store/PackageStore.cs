using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>A FHIR package that the site loaded.</summary>
/// <param name="Hash">SHA-256 of the archive, or of the folder's files, in hex.</param>
/// <param name="Problems">What of it is not used, a sentence each.</param>
public sealed record LoadedPackage(int Id, string Name, string Version, string Hash, DateTime Added, IReadOnlyList<string> Problems);

/// <summary>A definition of a loaded package, as published.</summary>
/// <param name="File">Its name in the package.</param>
/// <param name="Type">Resource type: StructureDefinition, ValueSet, CodeSystem or SearchParameter.</param>
public sealed record Artefact(string File, string Type, string? Id, string? Url, string? Version, string Json);

/// <summary>A definition of a loaded package without its text.</summary>
/// <param name="File">Its name in the package.</param>
/// <param name="Bytes">Of its text.</param>
public sealed record ArtefactName(int Package, string File, string? Id, string? Url, string? Version, int Bytes);

/// <summary>The packages that the site loaded, with their definitions. Any number of versions stand side by side.</summary>
public sealed class PackageStore(NpgsqlDataSource database)
{
    /// <summary>In the order they were loaded: of one profile in one version, the later package counts.</summary>
    public async Task<IReadOnlyList<LoadedPackage>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select id, name, version, hash, added, problems from package order by id");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var packages = new List<LoadedPackage>();
        while (await reader.ReadAsync(cancellationToken))
        {
            packages.Add(new LoadedPackage(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetDateTime(4), reader.GetFieldValue<string[]>(5)));
        }

        return packages;
    }

    /// <summary>Changes when a package is added or replaced; equal for equal packages.</summary>
    public async Task<string> FingerprintAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            "select coalesce(string_agg(id || '|' || hash, ' ' order by id), '') from package", cancellationToken: cancellationToken)) ?? "";
    }

    /// <summary>Adds a package, or replaces the one of the same name and version.</summary>
    public async Task AddAsync(
        string name, string version, string hash, IReadOnlyCollection<string> problems, IReadOnlyCollection<Artefact> artefacts, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var id = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            delete from package where name = @name and version = @version;
            insert into package (name, version, hash, problems) values (@name, @version, @hash, @Problems) returning id
            """,
            new { name, version, hash, Problems = problems.Select(text => StoredText.Clean(text)!).ToArray() }, transaction, cancellationToken: cancellationToken));

        // A thousand at a time: the definitions of R4 core have 100 MB.
        foreach (var part in artefacts.Chunk(1_000))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into artefact (package, name, type, id, url, version, json)
                select @id, v.* from unnest(@Files, @Types, @Ids, @Urls, @Versions, @Jsons) v
                """,
                new
                {
                    id,
                    Files = part.Select(a => StoredText.Clean(a.File)!).ToArray(),
                    Types = part.Select(a => a.Type).ToArray(),
                    Ids = part.Select(a => StoredText.Clean(a.Id)).ToArray(),
                    Urls = part.Select(a => StoredText.Clean(a.Url)).ToArray(),
                    Versions = part.Select(a => StoredText.Clean(a.Version)).ToArray(),
                    Jsons = part.Select(a => StoredText.Clean(a.Json)!).ToArray(),
                },
                transaction, commandTimeout: 0, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>All definitions of a package, by file name.</summary>
    public async Task<IReadOnlyList<Artefact>> ArtefactsAsync(int package, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Artefact>(new CommandDefinition(
            "select name as File, type as Type, id as Id, url as Url, version as Version, json as Json from artefact where package = @package order by name",
            new { package }, cancellationToken: cancellationToken))];
    }

    /// <summary>The definitions of a type in all packages, the later loaded first.</summary>
    public async Task<IReadOnlyList<ArtefactName>> NamesAsync(string type, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<ArtefactName>(new CommandDefinition(
            "select package, name as file, id, url, version, octet_length(json) as bytes from artefact where type = @type order by package desc, name",
            new { type }, cancellationToken: cancellationToken))];
    }

    /// <summary>Their texts as published, in the same order; null for one that was replaced meanwhile.</summary>
    public async Task<IReadOnlyList<string?>> TextsAsync(IReadOnlyCollection<ArtefactName> names, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<string?>(new CommandDefinition(
            "select a.json from unnest(@packages, @files) with ordinality n(package, name, place) left join artefact a using (package, name) order by n.place",
            new { packages = names.Select(name => name.Package).ToArray(), files = names.Select(name => name.File).ToArray() }, cancellationToken: cancellationToken))];
    }
}
