using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>
/// Brings a database to this program's schema: the numbered scripts of the Schema folder, each in one transaction with its line in the journal, under
/// an advisory lock. Scripts are never edited once released.
/// </summary>
public static class Migrator
{
    const long LockKey = 4200;

    static readonly IReadOnlyList<Script> Scripts = Load();

    /// <summary>Number of the newest script.</summary>
    public static int Latest => Scripts[^1].Number;

    /// <summary>Applies what is missing. Does nothing on an up-to-date database.</summary>
    /// <exception cref="StoreException">The database is of a newer program, or a script differs from the one that was applied.</exception>
    public static async Task MigrateAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_lock(@key)", new { key = LockKey }, commandTimeout: 0, cancellationToken: cancellationToken));
        try
        {
            await ApplyAsync(connection, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StoreException($"The database lacks a migration up to {Latest} and this role may not apply it: run dicom2fhir status with the owner's connection once.", exception);
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@key)", new { key = LockKey });
        }
    }

    /// <summary>The schema number of the database; 0 when it is empty.</summary>
    public static async Task<int> VersionAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await HasJournalAsync(connection, cancellationToken)
            ? await connection.ExecuteScalarAsync<int>(new CommandDefinition("select coalesce(max(number), 0) from journal", cancellationToken: cancellationToken))
            : 0;
    }

    static Task<bool> HasJournalAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition("select to_regclass('public.journal') is not null", cancellationToken: cancellationToken));

    static async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // a writer who may not create tables gets by on a database that is up to date
        if (!await HasJournalAsync(connection, cancellationToken)) await connection.ExecuteAsync(new CommandDefinition(
            "create table if not exists journal (number integer primary key, name text not null, checksum bytea not null, applied_at timestamptz not null default now())",
            cancellationToken: cancellationToken));
        var applied = (await connection.QueryAsync<(int Number, byte[] Checksum)>(new CommandDefinition(
            "select number, checksum from journal order by number", cancellationToken: cancellationToken))).ToDictionary(row => row.Number, row => row.Checksum);

        if (applied.Count > 0 && applied.Keys.Max() > Latest)
        {
            throw new StoreException($"The database has schema {applied.Keys.Max()}, this program knows {Latest}: use a newer program.");
        }

        foreach (var script in Scripts)
        {
            if (applied.TryGetValue(script.Number, out var checksum))
            {
                if (!checksum.AsSpan().SequenceEqual(script.Checksum))
                {
                    throw new StoreException($"Migration {script.Name} differs from the one this database was made with: use the program that made it, or a new data folder.");
                }

                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (var command = new NpgsqlCommand(script.Sql, connection, transaction) { CommandTimeout = 0 })
            {
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            await connection.ExecuteAsync(new CommandDefinition(
                "insert into journal (number, name, checksum) values (@Number, @Name, @Checksum)", script, transaction, cancellationToken: cancellationToken));
            await transaction.CommitAsync(cancellationToken);
        }
    }

    static List<Script> Load()
    {
        var assembly = typeof(Migrator).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
                var sql = reader.ReadToEnd();
                var file = name[(name.IndexOf(".Schema.", StringComparison.Ordinal) + ".Schema.".Length)..];
                return new Script(int.Parse(file[..4], System.Globalization.CultureInfo.InvariantCulture), file, sql, SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            })];
    }

    sealed record Script(int Number, string Name, string Sql, byte[] Checksum);
}
