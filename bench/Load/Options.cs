using System.Globalization;
using Dicom2Fhir.Load.Data;

namespace Dicom2Fhir.Load;

/// <summary>The options of the load programs. Every verb takes the ones it needs.</summary>
sealed record Options
{
    public long Studies { get; init; } = 1_000_000;

    /// <summary>How many of them are made; the others are copies with ids and patients of their own. Negative: all.</summary>
    public long Made { get; init; } = -1;

    /// <summary>How often the made studies are there; 1 without copies.</summary>
    public int Times => Made < 0 ? 1 : (int)(Studies / Made);

    /// <summary>Index of the first study.</summary>
    public long From { get; init; }

    public ulong Seed { get; init; } = 1;

    public bool Messy { get; init; }

    /// <summary>Lists every instance (ndjson), or how many studies the table of instances has (run).</summary>
    public long Instances { get; init; } = -1;

    public string Data { get; init; } = ".bench";

    public string Out { get; init; } = "";

    /// <summary>First port of the servers a run starts.</summary>
    public int Port { get; init; } = 18080;

    /// <summary>shared_buffers of the measured cluster.</summary>
    public string Buffers { get; init; } = "4GB";

    /// <summary>Bytes of a DICOM file, and files of a series at most.</summary>
    public int FileBytes { get; init; } = 4096;

    public int FilesOfSeries { get; init; } = 4;

    /// <summary>Measures again what a results file of this commit already has.</summary>
    public bool Again { get; init; }

    /// <summary>Only the steps whose names are given, by comma.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Connection string (floor).</summary>
    public string Connection { get; init; } = "";

    /// <summary>Shortens every timed step, for trying the program itself.</summary>
    public bool Quick { get; init; }

    /// <exception cref="ArgumentException">Says which argument is wrong.</exception>
    public static Options Parse(ReadOnlySpan<string> arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (name is "--messy" or "--again" or "--quick")
            {
                options = name switch { "--messy" => options with { Messy = true }, "--again" => options with { Again = true }, _ => options with { Quick = true } };
                continue;
            }

            if (++i == arguments.Length) throw new ArgumentException($"{name} needs a value.");
            options = With(options, name, arguments[i]);
        }

        return options.Made < 0 || (options.Made > 0 && options.Studies % options.Made == 0 && options.Times <= Copy.Most)
            ? options
            : throw new ArgumentException($"--studies is to be a multiple of --made, at most {Copy.Most} times as many.");
    }

    static Options With(Options options, string name, string value) => name switch
    {
        "--studies" => options with { Studies = Number(name, value) },
        "--made" => options with { Made = Number(name, value) },
        "--from" => options with { From = Number(name, value) },
        "--seed" => options with { Seed = (ulong)Number(name, value) },
        "--instances" => options with { Instances = Number(name, value) },
        "--data" => options with { Data = Path.GetFullPath(value) },
        "--out" => options with { Out = Path.GetFullPath(value) },
        "--port" => options with { Port = (int)Number(name, value) },
        "--buffers" => options with { Buffers = value },
        "--bytes" => options with { FileBytes = (int)Number(name, value) },
        "--files" => options with { FilesOfSeries = (int)Number(name, value) },
        "--only" => options with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
        "--connection" => options with { Connection = value },
        _ => throw new ArgumentException($"{name} is not known."),
    };

    static long Number(string name, string value) =>
        long.TryParse(value.Replace("_", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"{name} takes a number, not '{value}'.");
}
