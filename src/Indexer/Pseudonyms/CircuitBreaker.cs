namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>
/// Spares a service that is down, and a run the waiting for it: after some failed calls in a row none is made for a while, then one tries.
/// </summary>
sealed class CircuitBreaker(TimeProvider time)
{
    // A call has three tries behind it: five of them failing in a row is no accident.
    const int Failures = 5;

    // A restart of a service takes about that long; a run loses no more studies than it offers meanwhile, and the next run has them.
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    readonly Lock gate = new();
    int failed;
    long openedAt;

    /// <summary>False while the service is spared. True lets this call through; of those after a pause only one.</summary>
    public bool MayCall()
    {
        lock (gate)
        {
            if (failed < Failures) return true;
            if (time.GetElapsedTime(openedAt) < Pause) return false;
            openedAt = time.GetTimestamp();
            return true;
        }
    }

    public void Succeeded()
    {
        lock (gate) failed = 0;
    }

    public void Failed()
    {
        lock (gate)
        {
            if (++failed >= Failures) openedAt = time.GetTimestamp();
        }
    }
}
