using System.ComponentModel;
using System.Diagnostics;
using Npgsql;

namespace Dicom2Fhir.Store;

/// <summary>
/// PostgreSQL's client programs on a database: pg_dump, pg_restore, psql. Connection and password go by environment, never by argument, where every
/// user of the machine could read them.
/// </summary>
sealed class PostgresTools(string connectionString)
{
    const string DebianFolder = "/usr/lib/postgresql";

    public sealed record Result(int ExitCode, string Errors)
    {
        /// <summary>The first line that says something: hints follow it.</summary>
        public string Error => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
    }

    /// <summary>Debian's newest first: its programs in PATH choose a version by their own clusters. A newer program reads an older server, never the other way round.</summary>
    /// <exception cref="StoreException">It is not installed.</exception>
    public static string Find(string program)
    {
        var debian = Directory.Exists(DebianFolder)
            ? Directory.EnumerateDirectories(DebianFolder).Where(folder => int.TryParse(Path.GetFileName(folder), out _))
                .OrderByDescending(folder => int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture)).Select(folder => Path.Combine(folder, "bin"))
            : [];
        string[] others = [Environment.GetEnvironmentVariable("Postgres__Binaries") ?? "", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')];
        return debian.Concat(others).Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new StoreException($"{program} is not here: install the package postgresql-client, or run it where it is (docs/operations.md).");
    }

    /// <summary>Runs a program on the database to its end; a cancelled one is killed.</summary>
    /// <param name="input">Written to its standard input.</param>
    public async Task<Result> RunAsync(string program, IEnumerable<string> arguments, Func<Stream, Task>? input, Func<Stream, Task>? output, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Find(program), arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var (name, value) in Environmental()) start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start) ?? throw new StoreException($"{program} cannot be started.");
            await using var kill = cancellationToken.Register(() => process.Kill());
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var reading = (output ?? (stream => stream.CopyToAsync(Stream.Null, CancellationToken.None)))(process.StandardOutput.BaseStream);
            await WriteAsync(process, input);
            await reading;
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return new Result(process.ExitCode, await errors);
        }
        catch (Win32Exception exception)
        {
            throw new StoreException($"{program} cannot be started: {exception.Message}.", exception);
        }
    }

    static async Task WriteAsync(Process process, Func<Stream, Task>? input)
    {
        try
        {
            if (input is not null) await input(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // it ended before it read everything: its exit code and last line say why
        }
    }

    IEnumerable<(string Name, string? Value)> Environmental()
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        // several servers with a port each, as Npgsql writes them
        var servers = (builder.Host ?? "").Split(',').Select(host => host.StartsWith('/') ? [host] : host.Split(':')).ToList();
        var port = builder.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        yield return ("PGHOST", string.Join(',', servers.Select(server => server[0])));
        yield return ("PGPORT", string.Join(',', servers.Select(server => server.ElementAtOrDefault(1) ?? port)));
        if (builder.TargetSessionAttributes is { } wanted) yield return ("PGTARGETSESSIONATTRS", wanted == "prefer-primary" ? "any" : wanted);
        yield return ("PGUSER", builder.Username);
        yield return ("PGDATABASE", builder.Database);
        if (builder.Password is { Length: > 0 } password) yield return ("PGPASSWORD", password);
        if (builder.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull)
            yield return ("PGSSLMODE", builder.SslMode switch { SslMode.Require => "require", SslMode.VerifyCA => "verify-ca", _ => "verify-full" });
        if (builder.RootCertificate is { Length: > 0 } root) yield return ("PGSSLROOTCERT", root);
        yield return ("PGAPPNAME", "dicom2fhir-backup");
    }
}
