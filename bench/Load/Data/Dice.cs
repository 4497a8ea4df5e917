namespace Dicom2Fhir.Load.Data;

/// <summary>Random numbers that depend on nothing but their start: splitmix64 (Steele, Lea, Flood 2014), the same on every machine and version.</summary>
struct Dice(ulong state)
{
    ulong state = state;

    /// <summary>Dice of one thing: a seed, what it is for, and its number.</summary>
    public static Dice Of(ulong seed, ulong purpose, long number) => new(Mix(Mix(Mix(seed) ^ purpose) ^ (ulong)number));

    public ulong Next() => Mix(state += 0x9E3779B97F4A7C15);

    /// <summary>0 to below <paramref name="bound"/>.</summary>
    public int Next(int bound) => (int)(((UInt128)Next() * (uint)bound) >> 64);

    /// <summary>Between both, included.</summary>
    public int Between(int least, int most) => least + Next(most - least + 1);

    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double share) => Share() < share;

    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
