using System.Diagnostics;

namespace Dicom2Fhir.Load.Run;

/// <summary>Measured durations in milliseconds.</summary>
sealed class Times
{
    readonly List<double> values = [];

    public int Count => values.Count;

    public double Median => At(0.5);

    public double P95 => At(0.95);

    public double Most => values.Count == 0 ? 0 : values.Max();

    public void Add(double milliseconds)
    {
        lock (values) values.Add(milliseconds);
    }

    /// <summary>The value below which this share of all lies (nearest rank).</summary>
    public double At(double share)
    {
        lock (values)
        {
            if (values.Count == 0) return 0;
            var sorted = values.Order().ToArray();
            return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
        }
    }

    /// <summary>Runs an action again and again: a few times to warm up, then until the count or the time is reached.</summary>
    public static async Task<Times> OfAsync(Func<Task> action, int count, TimeSpan longest)
    {
        for (var warm = 0; warm < Math.Min(20, count); warm++) await action();
        var times = new Times();
        for (var all = Stopwatch.StartNew(); times.Count < count && all.Elapsed < longest;)
        {
            var one = Stopwatch.GetTimestamp();
            await action();
            times.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
        }

        return times;
    }
}
