using System.ComponentModel;
using System.Diagnostics;

namespace Dicom2Fhir.Store;

/// <summary>Runs PostgreSQL's programs, as an unprivileged account when this process is root (PostgreSQL refuses root).</summary>
static class ServerProcess
{
    static readonly string[] Accounts = ["postgres", "nobody"];

    /// <summary>The account the server runs as; null when this process is not root and runs it as itself.</summary>
    /// <exception cref="StoreException">Root, and no unprivileged account exists.</exception>
    public static string? Account { get; } = Environment.IsPrivilegedProcess ? FirstAccount() : null;

    public sealed record Result(int ExitCode, string Output)
    {
        /// <summary>The last line that says something, for one-sentence messages.</summary>
        public string LastLine => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
    }

    /// <summary>Runs as the account that owns the cluster.</summary>
    public static Result RunAsAccount(string program, IEnumerable<string> arguments) =>
        Account is null
            ? Run(program, arguments)
            : Run("setpriv", ["--reuid", Account, "--regid", GroupOf(Account), "--clear-groups", "--", program, .. arguments]);

    public static Result Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/",
        };
        try
        {
            using var process = Process.Start(start) ?? throw new StoreException($"{program} cannot be started.");
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
            process.WaitForExit();
            return new Result(process.ExitCode, output);
        }
        catch (Win32Exception exception)
        {
            throw new StoreException($"{program} cannot be started: {exception.Message}.", exception);
        }
    }

    static string FirstAccount() =>
        Accounts.FirstOrDefault(name => Entry("/etc/passwd", name) is not null)
        ?? throw new StoreException("PostgreSQL does not run as root, and neither of the accounts postgres and nobody exists.");

    static string GroupOf(string account) => Entry("/etc/passwd", account)!.Split(':')[3];

    static string? Entry(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal));
}
