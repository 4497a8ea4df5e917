using System.Globalization;

namespace Dicom2Fhir.Indexer;

/// <summary>Says on stderr how much of a known amount of work is done: a line every few seconds.</summary>
sealed class StepProgress(TextWriter output, string unit, long total, TimeProvider time)
{
    static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    readonly long started = time.GetTimestamp();
    long shown = time.GetTimestamp();

    public long Done { get; private set; }

    public double Seconds => time.GetElapsedTime(started).TotalSeconds;

    public void Add(long steps)
    {
        Done += steps;
        if (time.GetElapsedTime(shown) < Between) return;
        shown = time.GetTimestamp();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Done} of {total} {unit}, {Done / Math.Max(Seconds, 0.001):0} a second"));
    }
}
