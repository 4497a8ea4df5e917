using System.Globalization;

namespace Dicom2Fhir.Indexer;

/// <summary>Says on stderr how far a run is: a line that is rewritten on a terminal, else a line every few seconds.</summary>
sealed class Progress(TextWriter output, bool terminal, TimeProvider time)
{
    static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan InLog = TimeSpan.FromSeconds(5);

    readonly Lock gate = new();
    readonly long started = time.GetTimestamp();
    long shown = time.GetTimestamp();
    long seen, done, studies, quarantined;
    bool open;

    /// <summary>Resource versions written.</summary>
    public long Resources { get; private set; }

    public double Seconds => time.GetElapsedTime(started).TotalSeconds;

    public void Seen(int inputs)
    {
        lock (gate) seen += inputs;
    }

    public void Wrote(int newStudies, int resources)
    {
        lock (gate)
        {
            studies += newStudies;
            Resources += resources;
        }
    }

    public void Done(int inputs, int quarantined)
    {
        lock (gate)
        {
            done += inputs;
            this.quarantined += quarantined;
            if (time.GetElapsedTime(shown) < (terminal ? OnTerminal : InLog)) return;
            shown = time.GetTimestamp();
            Show();
        }
    }

    /// <summary>Ends the line that is being rewritten.</summary>
    public void End()
    {
        lock (gate)
        {
            if (open) output.WriteLine();
            open = false;
        }
    }

    void Show()
    {
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{done} of {seen} files found so far, {studies} studies written, {done / Math.Max(Seconds, 0.001):0} files/s, {quarantined} quarantined");
        if (terminal)
        {
            output.Write($"\r{line}   ");
            open = true;
        }
        else
        {
            output.WriteLine(line);
        }
    }
}
