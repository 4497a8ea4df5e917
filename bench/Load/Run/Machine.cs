using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Dicom2Fhir.Load.Run;

/// <summary>What a figure is worth nothing without.</summary>
static class Machine
{
    /// <summary>Short hash of the commit; "+" when files are changed.</summary>
    public static string Commit() => Say("git", "rev-parse", "--short", "HEAD") is { Length: > 0 } hash ? hash + (Say("git", "status", "--porcelain", "--untracked-files=no").Length > 0 ? "+" : "") : "unknown";

    public static string Describe(Options options, long instances)
    {
        var memory = long.Parse(new string([.. File.ReadLines("/proc/meminfo").First().Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture) >> 20;
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Commit {Commit()}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC. {Environment.ProcessorCount} cores ({processor ?? "unknown"}), {memory} GB, {RuntimeInformation.OSDescription.Trim()}, .NET {Environment.Version}, {Say("postgres", "--version")}; load average at the end {load}.
            PostgreSQL: settings of the embedded cluster, shared_buffers {options.Buffers}. Client on the same machine.
            Data: {options.Studies:N0} {(options.Messy ? "messy" : "clean")} studies{(options.Times > 1 ? string.Create(CultureInfo.InvariantCulture, $", {options.Made:N0} of them made, the others copies with ids and patients of their own") : "")}, seed {options.Seed}, Instances=counts; {instances:N0} studies of about 150 instances for the second table.
            Command: `bench/run.sh --studies {options.Studies}{(options.Times > 1 ? $" --made {options.Made}" : "")}{(options.Messy ? " --messy" : "")}{(options.Quick ? " --quick" : "")}`

            """);
    }

    static string Say(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            return process.StandardOutput.ReadToEnd().Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
